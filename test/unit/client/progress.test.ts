/** The progress that `wait` reports while it follows the events of a job. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createClient, type JobProgress } from '../../../src/client/client.ts';

const assets = { total: 2, downloaded: 2, failed: 0 };
const state = (seq: number, name: string, progress: number) =>
  `event: state\nid: 1.${seq}\ndata: ${JSON.stringify({ run: 1, seq, at: '2026-11-30T12:00:00Z', state: name, stage: null, paused: false, progress })}\n\n`;
const progress = (percent: number, name: string) =>
  `event: progress\ndata: ${JSON.stringify({ run: 1, state: name, stage: null, progress: percent, assets })}\n\n`;
const end = `event: end\nid: 1.end\ndata: ${JSON.stringify({ id: 'job', state: 'completed', progress: 100, assets })}\n\n`;

async function reported(events: string): Promise<string[]> {
  const server = createServer((_, response) =>
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(events),
  );
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const client = createClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  const seen: string[] = [];
  const onProgress = ({ state: name, progress: percent }: JobProgress) =>
    void seen.push(`${percent} ${name}`);
  await client.wait('job', { onProgress });
  server.close();
  return seen;
}

test('a late reader gets the progress of each transition', async () => {
  const past = [state(1, 'created', 0), state(2, 'processing', 15), state(3, 'packaging', 98)].join('');
  expect(await reported(past + progress(98, 'packaging') + end)).toEqual([
    '0 created',
    '15 processing',
    '98 packaging',
    '98 packaging',
  ]);
});

test('a transition raises the progress and never lowers it', async () => {
  const events = [
    state(1, 'processing', 15),
    progress(60, 'processing'),
    state(2, 'processing', 15),
    state(3, 'packaging', 98),
  ];
  expect(await reported(events.join('') + end)).toEqual([
    '15 processing',
    '60 processing',
    '60 processing',
    '98 packaging',
  ]);
});

test('an attempt that begins again never lowers the progress', async () => {
  const events = [state(1, 'processing', 15), progress(60, 'processing'), progress(20, 'processing')];
  expect(await reported(events.join('') + progress(70, 'processing') + end)).toEqual([
    '15 processing',
    '60 processing',
    '60 processing',
    '70 processing',
  ]);
});
