/** kill -9 of anything, at any moment: nothing that was accepted is lost, and nothing visible happens twice. */
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { idsOf, openEvents } from '../support/event-stream.ts';
import { beginForm, jobPart, partHead, sendForm } from '../support/form-client.ts';
import { type Gate, HELD, makeGate } from '../support/gate.ts';
import { photo } from '../support/photos.ts';
import { isAlive, partsOf, processes } from '../support/processes.ts';
import { type Darkroom, ready, sleep, startDarkroom } from '../support/server.ts';
import { storeFiles, unsettledFiles } from '../support/store-files.ts';
import { deleteExpired, temporalOf } from '../support/temporal.ts';
import { startWeb, type Web } from '../support/web.ts';

// One data directory for all tests. A test that ends the server starts the next one on the same data.
let gate: Gate;
let web: Web;
let darkroom: Darkroom;

beforeAll(async () => {
  gate = await makeGate();
  const coffee = await photo('coffee.jpg');
  web = await startWeb({
    '/slow.jpg': (_, response) => void setTimeout(() => response.end(coffee), 1500),
    '/coffee.jpg': coffee,
  });
  darkroom = await startDarkroom({ env: gate.env });
});
afterAll(async () => {
  await darkroom.dispose();
  await web.close();
  await gate.dispose();
});

/** Starts a server on the data of the one that has ended. */
const startAgain = async () => {
  darkroom = await startDarkroom({ dataDir: darkroom.dataDir, env: gate.env });
};

/** Milliseconds that Temporal is away. */
const OUTAGE_MS = 13_000;

/** The attempt of each start of a stage in the history of a job. */
async function readStageAttempts(id: string): Promise<number[]> {
  const client = await temporalOf(darkroom);
  try {
    const { events } = await client.workflow.getHandle(`job/public/${id}`).fetchHistory();
    const stages = (events ?? [])
      .filter((event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'runStage')
      .map(({ eventId }) => String(eventId));
    return (events ?? []).flatMap(({ activityTaskStartedEventAttributes: started }) =>
      started && stages.includes(String(started.scheduledEventId)) ? [started.attempt ?? 0] : [],
    );
  } finally {
    await client.connection.close();
  }
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('the worker is killed', () => {
  test('and not replaced: jobs can be submitted, read, listed, cancelled and deleted', async () => {
    const done = await darkroom.submit({ operation: 'system.echo', params: { done: true } });
    await darkroom.until(done.id, 'completed');
    const { worker } = await partsOf(darkroom.process.pid);
    // Stopped, not killed, so that its supervisor does not start another.
    process.kill(worker, 'SIGSTOP');
    try {
      const late = await darkroom.submit({ operation: 'system.echo' });
      expect(await darkroom.get(late.id)).toMatchObject({ state: 'created' });
      expect(await darkroom.get(done.id)).toMatchObject({ state: 'completed' });
      const { jobs } = (await (await darkroom.request('/v1/jobs')).json()) as { jobs: { id: string }[] };
      expect(jobs.map(({ id }) => id)).toEqual([late.id, done.id]);
      expect((await darkroom.request(`/v1/jobs/${done.id}/files/result.json`)).status).toBe(200);
      expect((await darkroom.request(`/v1/jobs/${late.id}`, { method: 'DELETE' })).status).toBe(204);
      expect((await darkroom.request(`/v1/jobs/${late.id}`)).status).toBe(404);
    } finally {
      process.kill(worker, 'SIGCONT');
    }
  });

  test('during a stage: its replacement completes the job', async () => {
    await gate.shut();
    const { id } = await darkroom.submit({
      operation: HELD,
      params: { word: 'kept' },
      callback: { url: `${web.url}/held` },
    });
    await darkroom.until(id, 'processing');
    const { worker } = await partsOf(darkroom.process.pid);
    process.kill(worker, 'SIGKILL');
    expect(await darkroom.get(id)).toMatchObject({ state: 'processing' });
    await gate.open();
    await darkroom.until(id, 'completed');
    const result = await (await darkroom.request(`/v1/jobs/${id}/result`)).json();
    expect(result).toMatchObject({ data: { word: 'kept' } });
    await expect.poll(() => web.received.length).toBe(1);
    expect((await partsOf(darkroom.process.pid)).worker).not.toBe(worker);
  });
});

test('a second server on the same data fails with the name of the directory', async () => {
  const second = await startDarkroom({ dataDir: darkroom.dataDir, skipReadiness: true });
  const code = await new Promise((resolve) => second.process.once('exit', resolve));
  expect(code).toBe(1);
  expect(second.output()).toContain(darkroom.dataDir);
  expect((await darkroom.request('/readyz')).status).toBe(200);
});

test('Temporal is killed: ended jobs stay readable, submissions get 503, streams continue, and Temporal restarts', async () => {
  await gate.shut();
  const twice = await darkroom.submit({ operation: 'system.echo' });
  await darkroom.until(twice.id, 'completed');
  const rerun = () => darkroom.request(`/v1/jobs/${twice.id}/rerun`, { method: 'POST' });
  expect((await rerun()).status).toBe(202);
  await expect.poll(() => darkroom.get(twice.id)).toMatchObject({ run: 2, state: 'completed' });
  const { id } = await darkroom.submit({ id: 'ended', operation: 'system.echo', params: { a: 1 } });
  await darkroom.until(id, 'completed');
  const running = await darkroom.submit({ operation: HELD });
  await darkroom.until(running.id, 'processing');
  const followed = await darkroom.submit({ operation: HELD });
  const stream = await openEvents(`${darkroom.url}/v1/jobs/${followed.id}/events`);
  const transitions = () =>
    stream.events.filter(({ event }) => event === 'state').map(({ data }) => data.state);
  await expect.poll(transitions).toContain('processing');
  // What was just read is kept for a moment.
  await sleep(1200);
  const { temporal } = await partsOf(darkroom.process.pid);
  // Stopped first, so that there is time to look before its supervisor has started another.
  process.kill(temporal, 'SIGSTOP');
  const stoppedAt = Date.now();
  // The stream may have read the job a moment ago.
  await sleep(500);
  const [ended, result, unknown, list, submission, readiness] = await Promise.all([
    darkroom.request(`/v1/jobs/${id}`),
    darkroom.request(`/v1/jobs/${id}/result`),
    darkroom.request(`/v1/jobs/${running.id}`),
    darkroom.request('/v1/jobs'),
    darkroom.request('/v1/jobs', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id: 'refused', operation: 'system.echo' }),
    }),
    darkroom.request('/readyz'),
  ]);
  expect([ended.status, result.status, unknown.status, list.status, submission.status]).toEqual([
    200, 200, 503, 200, 503,
  ]);
  expect(submission.headers.get('retry-after')).not.toBeNull();
  expect(await submission.json()).toMatchObject({ code: 'temporal_unavailable', retryable: true });
  // The list has the jobs that ended, the latest first, each in its latest run.
  const { jobs } = (await list.json()) as { jobs: { id: string; state: string; run: number }[] };
  expect(jobs.slice(0, 2)).toMatchObject([
    { id, run: 1 },
    { id: twice.id, run: 2 },
  ]);
  expect(jobs.filter((job) => job.id === twice.id)).toHaveLength(1);
  expect(new Set(jobs.map(({ state }) => state))).toEqual(new Set(['completed']));
  expect((await rerun()).status).toBe(503);
  expect([readiness.status, await readiness.json()]).toEqual([
    503,
    { status: 'unavailable', missing: ['temporal'] },
  ]);

  // Longer than steps on pictures may go without a heartbeat. This step has two minutes, as those of engines have.
  await sleep(stoppedAt + OUTAGE_MS - Date.now());
  process.kill(temporal, 'SIGKILL');
  await ready(darkroom);
  await gate.open();
  expect(await darkroom.until(running.id, 'completed')).toMatchObject({ state: 'completed' });
  expect(await readStageAttempts(running.id)).toEqual([1]);
  await stream.ended;
  expect(idsOf(stream.events).at(-1)).toBe('1.end');
  expect(transitions().slice(-2)).toEqual(['packaging', 'completed']);
  const again = await darkroom.submit({ id: 'ended', operation: 'system.echo', params: { a: 1 } });
  expect(again.state).toBe('completed');
});

test('SIGTERM stops everything, and the next start continues the running jobs', async () => {
  await gate.shut();
  const { id } = await darkroom.submit({ operation: HELD });
  await darkroom.until(id, 'processing');
  const { pid } = darkroom.process;
  const { worker, temporal } = await partsOf(pid);
  expect(await darkroom.stop()).toBe(0);
  expect((await processes()).filter((row) => [worker, temporal, pid].includes(row.pid))).toEqual([]);
  await startAgain();
  await gate.open();
  expect(await darkroom.until(id, 'completed', 'failed')).toMatchObject({ state: 'completed' });
});

describe('everything is killed', () => {
  test('and restarted: every accepted job completes once, with the right bytes', async () => {
    const specs = Array.from({ length: 12 }, (_, index) => ({
      operation: index % 3 === 0 ? 'test.echo' : 'image.transform',
      params: index % 3 === 0 ? { delay_ms: 1500, index } : { width: 100 + index, format: 'png' as const },
      assets:
        index % 3 === 0 ? [] : [{ source: { url: `${web.url}/${index % 3 === 1 ? 'slow' : 'coffee'}.jpg` } }],
      callback: { url: `${web.url}/hook` },
    }));
    const jobs = await Promise.all(specs.map((spec) => darkroom.submit(spec)));
    await sleep(700);
    const { worker, temporal } = await partsOf(darkroom.process.pid);
    for (const pid of [darkroom.process.pid, temporal, worker]) process.kill(pid ?? 0, 'SIGKILL');

    await startAgain();
    for (const [index, { id }] of jobs.entries()) {
      await darkroom.until(id, 'completed');
      const { files } = (await (await darkroom.request(`/v1/jobs/${id}/result`)).json()) as {
        files: { path: string; sha256: string }[];
      };
      expect(files).toHaveLength(1);
      const bytes = Buffer.from(
        await (await darkroom.request(`/v1/jobs/${id}/files/${files[0]?.path}`)).arrayBuffer(),
      );
      expect(sha256(bytes)).toBe(files[0]?.sha256);
      if (index % 3 !== 0) expect((await sharp(bytes).metadata()).width).toBe(100 + index);
    }
    // Deliveries are at least once; a receiver tells repetitions by their id.
    const delivered = () => web.received.filter(({ path }) => path === '/hook');
    await expect
      .poll(() => new Set(delivered().map(({ headers }) => headers['webhook-id'])).size)
      .toBe(jobs.length);
  });

  test('only serve is killed during an upload: worker and Temporal stop, and its leftovers are deleted a day later', async () => {
    const echo = (more = {}) => jobPart({ operation: 'test.echo', ...more });
    const file = (name = 'a') => partHead(name, { fileName: `${name}.bin` });
    // The kill in the test before may have left files that were being written.
    const earlier = await unsettledFiles(darkroom);
    const unsettled = async () => (await unsettledFiles(darkroom)).filter((path) => !earlier.includes(path));
    const form = beginForm(`${darkroom.url}/v1/jobs`);
    await form.write(`${echo() + file()}whole${file('b')}`);
    await form.write(Buffer.alloc(8 * 2 ** 20));
    // A job whose request ended after it had been accepted: only its marker is too much.
    const kept = await sendForm(`${darkroom.url}/v1/jobs`, [echo({ id: 'kept' }), file(), 'kept']);
    expect(kept.status).toBe(202);
    const uploads = join(darkroom.dataDir, 'store/_uploading');
    const bytes = (await storeFiles(darkroom)).find((path) => path.includes('/kept/uploads/')) ?? '';
    const marker = bytes.split('/').at(-2) ?? '';
    // The server deletes its own marker after its answer.
    await expect.poll(() => readdir(uploads)).not.toContain(marker);
    await writeFile(
      join(uploads, marker),
      JSON.stringify({ ref: { tenant: 'public', id: 'kept' }, at: new Date().toISOString() }),
    );
    await expect.poll(async () => (await unsettled()).length).toBe(3);
    const { worker, temporal } = await partsOf(darkroom.process.pid);
    process.kill(darkroom.process.pid ?? 0, 'SIGKILL');
    await form.answer.catch(() => undefined);
    await expect.poll(async () => [await isAlive(worker), await isAlive(temporal)]).toEqual([false, false]);

    await startAgain();
    expect(await deleteExpired(darkroom)).toMatchObject({ uploads: 0 });
    const markers = async () =>
      (await unsettledFiles(darkroom)).filter((path) => path.startsWith('_uploading/'));
    expect(await markers()).toHaveLength(2);
    const dayBefore = new Date(Date.now() - 25 * 60 * 60 * 1000).toISOString();
    for (const name of await readdir(uploads)) {
      const begun = JSON.parse(await readFile(join(uploads, name), 'utf8')) as object;
      await writeFile(join(uploads, name), JSON.stringify({ ...begun, at: dayBefore }));
    }
    expect(await deleteExpired(darkroom)).toMatchObject({ uploads: 2 });
    const left = (await storeFiles(darkroom)).filter((path) => /_uploading|uploads/.test(path));
    expect(left).toEqual([bytes]);
  });
});

test('serve does not listen beyond loopback without authentication', async () => {
  const port = 1024 + Math.floor(Math.random() * 60_000);
  const open = await startDarkroom({ env: { DARKROOM_LISTEN: `0.0.0.0:${port}` }, skipReadiness: true });
  expect(await new Promise((resolve) => open.process.once('exit', resolve))).toBe(1);
  await open.dispose();
  expect(open.output()).toMatch(/DARKROOM_LISTEN="0\.0\.0\.0:\d+".*DARKROOM_ALLOW_ANONYMOUS/);
});
