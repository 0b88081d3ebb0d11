import { expect, test } from 'vitest';
import { DownloadQueue } from '../../../activities/download-queue.ts';
import { SharedSlots } from '../../../src/lib/shared-slots.ts';

const asset = (url: string) => ({ source: { url } });
const never = () => new Promise<never>(() => {});
const createSignal = () => new AbortController().signal;

test('an activity whose downloads all wait for too long ends with an outage', async () => {
  const slots = new SharedSlots(2);
  const first = new DownloadQueue({ slots, tenant: 'a', maxWaitMs: 3_600_000 });
  void first.run(asset('http://slow.example/1'), createSignal(), never);
  const second = new DownloadQueue({ slots, tenant: 'b', maxWaitMs: 20 });
  const waiting = [2, 3].map((index) =>
    second.run(asset(`http://slow.example/${index}`), createSignal(), async () => 'done'),
  );
  for (const download of waiting)
    await expect(download).rejects.toMatchObject({ code: 'downloads_busy', kind: 'outage' });
  first.close();
});

test('an activity with a running download waits with the others', async () => {
  const slots = new SharedSlots(2);
  const queue = new DownloadQueue({ slots, tenant: 'a', maxWaitMs: 1 });
  let end = () => {};
  const running = queue.run(
    asset('http://slow.example/1'),
    createSignal(),
    () => new Promise<string>((resolve) => (end = () => resolve('first'))),
  );
  const waiting = queue.run(asset('http://SLOW.example:8080/2'), createSignal(), async () => 'second');
  await new Promise((resolve) => setTimeout(resolve, 50));
  end();
  expect(await Promise.all([running, waiting])).toEqual(['first', 'second']);
  queue.close();
});

test('path inputs need no host', async () => {
  const queue = new DownloadQueue({ slots: new SharedSlots(1), tenant: 'a', maxWaitMs: 1000 });
  expect(await queue.run({ source: { path: '/a.jpg' } }, createSignal(), async () => 'path')).toBe('path');
  queue.close();
});
