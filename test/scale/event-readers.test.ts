/** Readers of events: many at once, idle, slow, and disconnected. */
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
  const looksMade = async () => {
    const before = api.looks();
    // Longer than a look and the rest after it.
    await sleep(4000);
    return api.looks() - before;
  };
  await expect.poll(looksMade).toBe(0);
}

/** A few at a time. */
async function each(ids: readonly string[], ask: (id: string) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < ids.length; start += 8) await Promise.all(ids.slice(start, start + 8).map(ask));
}

interface Reader {
  readonly closed: Promise<unknown>;
  hangUp(): void;
}

/** Opens a stream that is read, and not looked at. Tries again while Temporal has too much to do. */
async function join(url: string): Promise<Reader> {
  for (;;) {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get(url, { agent: false }, resolve).once('error', reject);
    });
    const closed = new Promise((resolve) => response.once('close', resolve));
    response.on('error', () => undefined).resume();
    if (response.statusCode === 200) return { closed, hangUp: () => void response.destroy() };
    expect(response.statusCode).toBe(503);
    await closed;
    await sleep(500);
  }
}

/** Not all at once: a listening socket has a queue. */
async function crowd(urls: readonly string[]): Promise<Reader[]> {
  const readers: Reader[] = [];
  for (let start = 0; start < urls.length; start += 50)
    readers.push(...(await Promise.all(urls.slice(start, start + 50).map(join))));
  return readers;
}

test('an idle stream has heartbeats until its end', async () => {
  await waiting('quiet');
  const stream = await openEvents(`${api.url}/v1/jobs/quiet/events`);
  await expect.poll(() => stream.comments.length).toBeGreaterThan(5);
  expect(new Set(stream.comments)).toEqual(new Set(['heartbeat']));
  await cancel('quiet');
  await stream.ended;
  expect(stream.events.at(-1)).toMatchObject({ event: 'end', data: { state: 'cancelled' } });
});

test('five hundred readers of one job cost as much as one, and nothing after they have disconnected', async () => {
  await waiting('popular');
  const many = await crowd(Array(500).fill(`${api.url}/v1/jobs/popular/events`) as string[]);
  const [before, from] = [api.looks(), Date.now()];
  await sleep(4000);
  const [looks, seconds] = [api.looks() - before, (Date.now() - from) / 1000];
  // Four a second while the job changes, and one while it does not.
  expect(looks).toBeGreaterThan(0);
  expect(looks).toBeLessThan(5 * seconds);
  for (const reader of many) reader.hangUp();
  await expectQuiet();
  await cancel('popular');
});

describe('a reader that stops reading', () => {
  /** Has read the first events of a job that goes on. */
  async function stalled(delay_ms: number) {
    const { id } = await darkroom.submit({ operation: 'test.echo', params: { delay_ms, steps: 400 } });
    const response = await api.request(`/v1/jobs/${id}/events`);
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const read = async () => new TextDecoder().decode((await reader.read()).value);
    const begun = (await read()) + (await read());
    expect(begun).toContain('event: state');
    return { id, reader, read, begun };
  }

  test('gets each transition and the end later, and misses progress', async () => {
    const { id, read, begun } = await stalled(4000);
    await darkroom.until(id, 'completed');
    await sleep(1500);
    let text = begun;
    for (let more = await read(); more !== ''; more = await read()) text += more;
    const names = [...text.matchAll(/^event: (\w+)$/gm)].map(([, name]) => name);
    expect(names.filter((name) => name === 'progress').length).toBeLessThan(6);
    expect([...text.matchAll(/"state":"(\w+)"/g)].map(([, state]) => state)).toContain('packaging');
    const ids = [...text.matchAll(/^id: 1\.(\d+)$/gm)].map(([, seq]) => Number(seq));
    expect(ids).toEqual(ids.map((_, index) => index + 1));
    expect(names.at(-1)).toBe('end');
  });

  test('is removed after it has disconnected', async () => {
    const { id, reader } = await stalled(60_000);
    await sleep(2000);
    await reader.cancel();
    await expectQuiet();
    await cancel(id);
  });
});

test('a HEAD request leaves no reader', async () => {
  await waiting('headed');
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  for (let n = 0; n < 50; n++) {
    const response = await fetch(`${api.url}/v1/jobs/headed/events`, { method: 'HEAD' });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ]);
  }
  expect(timers() - before).toBeLessThan(25);
  await cancel('headed');
});

test('a wait ends when its client disconnects', async () => {
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
  ])('%s are a burden on memory that a server can bear', async (_, jobs) => {
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
    if (jobs === 1) await cancel(`crowded-${jobs}-0`);
    else for (const reader of readers) reader.hangUp();
    await Promise.all(readers.map(({ closed }) => closed));
  });
});
