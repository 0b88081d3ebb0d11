/** Readers of events as they are: many, quiet, slow, and gone without a word. */
import { readFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CountingApi, startCountingApi } from '../support/counting-api.ts';
import { openEvents } from '../support/event-stream.ts';
import { type Darkroom, sleep, startDarkroom } from '../support/server.ts';

const MiB = 2 ** 20;
const HEARTBEAT_MS = 50;

let darkroom: Darkroom;
let api: CountingApi;
beforeAll(async () => {
  darkroom = await startDarkroom();
  api = await startCountingApi(darkroom, HEARTBEAT_MS);
});
afterAll(async () => {
  await api.close();
  await darkroom.dispose();
});

/** A job in which nothing happens until it is cancelled. */
const waiting = (id: string) => darkroom.submit({ id, operation: 'test.echo', await_assets: { total: 9 } });
const cancel = (id: string) => darkroom.request(`/v1/jobs/${id}/cancel`, { method: 'POST' });

/** The API asks for no job any more. */
async function expectQuiet(): Promise<void> {
  // The look that was due is made.
  await sleep(1500);
  const before = api.looks();
  await sleep(2500);
  expect(api.looks()).toBe(before);
}

/** A few at a time. */
async function each(ids: readonly string[], ask: (id: string) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < ids.length; start += 8) await Promise.all(ids.slice(start, start + 8).map(ask));
}

/** Opens streams that are read, and not looked at. */
async function crowd(urls: readonly string[]): Promise<IncomingMessage[]> {
  const responses: IncomingMessage[] = [];
  // Not all at once: a listening socket has a queue.
  for (let start = 0; start < urls.length; start += 100) {
    const some = urls.slice(start, start + 100).map(
      (url) =>
        new Promise<IncomingMessage>((resolve, reject) => {
          get(url, { agent: false }, (response) => resolve(response.resume())).once('error', reject);
        }),
    );
    responses.push(...(await Promise.all(some)));
  }
  for (const response of responses) response.on('error', () => undefined);
  return responses;
}

test('a quiet stream has a heartbeat, up to its end', async () => {
  await waiting('quiet');
  const stream = await openEvents(`${api.url}/v1/jobs/quiet/events`);
  await expect.poll(() => stream.comments.length).toBeGreaterThan(5);
  expect(new Set(stream.comments)).toEqual(new Set(['heartbeat']));
  await cancel('quiet');
  await stream.ended;
  expect(stream.events.at(-1)).toMatchObject({ event: 'end', data: { state: 'cancelled' } });
});

test('five hundred readers of one job cost what one costs, and nothing once they are gone', async () => {
  await waiting('popular');
  const before = api.looks();
  const one = await crowd([`${api.url}/v1/jobs/popular/events`]);
  await sleep(4000);
  const costOfOne = api.looks() - before;
  const many = await crowd(Array(500).fill(`${api.url}/v1/jobs/popular/events`) as string[]);
  const withMany = api.looks();
  await sleep(4000);
  expect(api.looks() - withMany).toBeLessThanOrEqual(costOfOne + 2);
  for (const response of [...one, ...many]) response.destroy();
  await expectQuiet();
  await cancel('popular');
});

describe('a reader that does not read', () => {
  test('is told of each transition and of the end all the same, and misses progress', async () => {
    const { id } = await darkroom.submit({ operation: 'test.echo', params: { delay_ms: 4000, steps: 400 } });
    const response = await api.request(`/v1/jobs/${id}/events`);
    await darkroom.until(id, 'completed');
    await sleep(1500);
    const text = await response.text();
    const names = [...text.matchAll(/^event: (\w+)$/gm)].map(([, name]) => name);
    expect(names.filter((name) => name === 'progress').length).toBeLessThan(4);
    expect([...text.matchAll(/"state":"(\w+)"/g)].map(([, state]) => state)).toContain('packaging');
    const ids = [...text.matchAll(/^id: 1\.(\d+)$/gm)].map(([, seq]) => Number(seq));
    expect(ids).toEqual(ids.map((_, index) => index + 1));
    expect(names.at(-1)).toBe('end');
  });

  test('and goes away, is forgotten', async () => {
    const { id } = await darkroom.submit({
      operation: 'test.echo',
      params: { delay_ms: 60_000, steps: 600 },
    });
    const response = await api.request(`/v1/jobs/${id}/events`);
    await sleep(1000);
    await response.body?.cancel();
    await expectQuiet();
    await cancel(id);
  });

  test('since it asked by HEAD, costs nothing', async () => {
    await waiting('headed');
    const response = await fetch(`${api.url}/v1/jobs/headed/events`, { method: 'HEAD' });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ]);
    await expectQuiet();
    await cancel('headed');
  });
});

test('a client that waits for the end of its job and hangs up is not waited with', async () => {
  const stop = new AbortController();
  const submission = fetch(`${api.url}/v1/jobs`, {
    method: 'POST',
    signal: stop.signal,
    headers: { 'content-type': 'application/json', prefer: 'wait=60' },
    body: JSON.stringify({ id: 'hung-up', operation: 'test.echo', await_assets: { total: 9 } }),
  }).catch(() => 'gone');
  await expect.poll(async () => (await darkroom.get('hung-up')).state).toBe('waiting');
  stop.abort();
  expect(await submission).toBe('gone');
  await expectQuiet();
  expect(await darkroom.get('hung-up')).toMatchObject({ state: 'waiting' });
  await cancel('hung-up');
});

describe.skipIf(process.platform !== 'linux')('two thousand readers', () => {
  /** Bytes of memory of the process that serves the API. */
  async function memory(): Promise<number> {
    const status = await readFile(`/proc/${darkroom.process.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  }

  test.each([
    ['of one job', 1],
    ['of two hundred jobs', 200],
  ])(
    '%s are a burden on memory that a server can bear',
    async (_, jobs) => {
      const ids = Array.from({ length: jobs }, (_, index) => `crowded-${jobs}-${index}`);
      await each(ids, waiting);
      const before = await memory();
      const readers = await crowd(
        Array.from({ length: 2000 }, (_, index) => `${darkroom.url}/v1/jobs/${ids[index % jobs]}/events`),
      );
      await sleep(5000);
      expect((await memory()) - before).toBeLessThan(400 * MiB);
      // The server is there for others meanwhile.
      expect((await darkroom.request('/healthz')).status).toBe(200);
      const ended = readers.map((reader) => new Promise((resolve) => reader.once('close', resolve)));
      if (jobs === 1) await cancel(`crowded-${jobs}-0`);
      else for (const reader of readers) reader.destroy();
      await Promise.all(ended);
    },
    180_000,
  );
});
