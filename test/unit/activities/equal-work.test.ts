/** Equal work: one computes, and the others come again without holding a place. */
import { expect, test } from 'vitest';
import { EqualWork } from '../../../activities/equal-work.ts';

test('one begins; the others are sent away while it runs, and look again once it has ended', async () => {
  const work = new EqualWork();
  const end = await work.begin('a');
  const others = await Promise.allSettled([work.begin('a'), work.begin('a')]);
  for (const other of others)
    expect(other).toMatchObject({
      status: 'rejected',
      reason: { code: 'result_awaited', kind: 'outage', retryAfterMs: expect.any(Number) },
    });
  expect(await work.begin('b')).toBeInstanceOf(Function);
  end?.(true);
  expect(await work.begin('a')).toBeInstanceOf(Function);
});

test('one that comes shortly before the end waits for it', async () => {
  const work = new EqualWork();
  const end = await work.begin('a');
  const other = work.begin('a');
  end?.(true);
  expect(await other).toBeNull();
});

test('nobody waits for work that leaves nothing to reuse', async () => {
  const work = new EqualWork();
  (await work.begin('a'))?.(false);
  const all = await Promise.all([work.begin('a'), work.begin('a'), work.begin('a')]);
  expect(all.every((end) => end instanceof Function)).toBe(true);
});

test('after a failure another begins', async () => {
  const work = new EqualWork();
  (await work.begin('a'))?.(true);
  const end = await work.begin('a');
  expect(end).toBeInstanceOf(Function);
  await expect(work.begin('a')).rejects.toMatchObject({ code: 'result_awaited' });
  end?.(true);
});
