/** kill -9 of anything, at any moment: nothing that was accepted is lost, and nothing visible happens twice. */
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Gate, HELD, makeGate } from '../support/gate.ts';
import { photo } from '../support/photos.ts';
import { isAlive, partsOf, processes } from '../support/processes.ts';
import { type Darkroom, ready, sleep, startDarkroom } from '../support/server.ts';
import { startWeb, type Web } from '../support/web.ts';

let gate: Gate;
beforeAll(async () => {
  gate = await makeGate();
});
afterAll(() => gate.dispose());

const started: { dispose(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of started.splice(0).reverse()) await server.dispose();
  await gate.shut();
});

async function darkroomAnd(
  routes: Parameters<typeof startWeb>[0] = {},
): Promise<{ darkroom: Darkroom; web: Web }> {
  const web = await startWeb(routes);
  const darkroom = await startDarkroom({ env: gate.env });
  started.push({ dispose: () => web.close() }, darkroom);
  return { darkroom, web };
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('the worker is killed', () => {
  test('during a stage: its replacement completes the job', async () => {
    const { darkroom, web } = await darkroomAnd();
    const { id } = await darkroom.submit({
      operation: HELD,
      params: { word: 'kept' },
      callback: { url: `${web.url}/hook` },
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

  test('and not replaced: jobs can be submitted, read, listed, cancelled and deleted', async () => {
    const { darkroom } = await darkroomAnd();
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
});

describe('everything is killed', () => {
  test('and restarted: every accepted job completes once, with the right bytes', async () => {
    const coffee = await photo('coffee.jpg');
    const slow: Parameters<typeof startWeb>[0] = {
      '/slow.jpg': (_, response) => void setTimeout(() => response.end(coffee), 1500),
      '/coffee.jpg': coffee,
    };
    const web = await startWeb(slow);
    started.push({ dispose: () => web.close() });
    const first = await startDarkroom();
    const specs = Array.from({ length: 12 }, (_, index) => ({
      operation: index % 3 === 0 ? 'test.echo' : 'image.transform',
      params: index % 3 === 0 ? { delay_ms: 1500, index } : { width: 100 + index, format: 'png' as const },
      assets:
        index % 3 === 0 ? [] : [{ source: { url: `${web.url}/${index % 3 === 1 ? 'slow' : 'coffee'}.jpg` } }],
      callback: { url: `${web.url}/hook` },
    }));
    const jobs = await Promise.all(specs.map((spec) => first.submit(spec)));
    await sleep(700);
    const { worker, temporal } = await partsOf(first.process.pid);
    for (const pid of [first.process.pid, temporal, worker]) process.kill(pid ?? 0, 'SIGKILL');

    const second = await startDarkroom({ dataDir: first.dataDir });
    started.push(second);
    for (const [index, { id }] of jobs.entries()) {
      await second.until(id, 'completed');
      const { files } = (await (await second.request(`/v1/jobs/${id}/result`)).json()) as {
        files: { path: string; sha256: string }[];
      };
      expect(files).toHaveLength(1);
      const bytes = Buffer.from(
        await (await second.request(`/v1/jobs/${id}/files/${files[0]?.path}`)).arrayBuffer(),
      );
      expect(sha256(bytes)).toBe(files[0]?.sha256);
      if (index % 3 !== 0) expect((await sharp(bytes).metadata()).width).toBe(100 + index);
    }
    // Deliveries are at least once; a receiver tells repetitions by their id.
    await expect
      .poll(() => new Set(web.received.map(({ headers }) => headers['webhook-id'])).size)
      .toBe(jobs.length);
  });

  test('worker and Temporal stop if only serve is killed', async () => {
    const darkroom = await startDarkroom();
    started.push(darkroom);
    const { worker, temporal } = await partsOf(darkroom.process.pid);
    process.kill(darkroom.process.pid ?? 0, 'SIGKILL');
    await expect.poll(async () => [await isAlive(worker), await isAlive(temporal)]).toEqual([false, false]);
  });
});

describe('Temporal is killed', () => {
  test('ended jobs stay readable, submissions get 503, and Temporal restarts', async () => {
    const { darkroom } = await darkroomAnd();
    const { id } = await darkroom.submit({ id: 'ended', operation: 'system.echo', params: { a: 1 } });
    await darkroom.until(id, 'completed');
    const running = await darkroom.submit({ operation: HELD });
    await darkroom.until(running.id, 'processing');
    // What was just read is kept for a moment.
    await sleep(1200);
    const { temporal } = await partsOf(darkroom.process.pid);
    // Stopped first, so that there is time to look before its supervisor has started another.
    process.kill(temporal, 'SIGSTOP');
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
    expect((await list.json()) as object).toMatchObject({ jobs: [{ id }] });
    expect([readiness.status, await readiness.json()]).toEqual([
      503,
      { status: 'unavailable', missing: ['temporal'] },
    ]);

    process.kill(temporal, 'SIGKILL');
    await ready(darkroom);
    await gate.open();
    expect(await darkroom.until(running.id, 'completed')).toMatchObject({ state: 'completed' });
    const again = await darkroom.submit({ id: 'ended', operation: 'system.echo', params: { a: 1 } });
    expect(again.state).toBe('completed');
  });
});

describe('starting and stopping', () => {
  test('a second server on the same data fails, and names the first', async () => {
    const { darkroom } = await darkroomAnd();
    const second = await startDarkroom({ dataDir: darkroom.dataDir, skipReadiness: true });
    const code = await new Promise((resolve) => second.process.once('exit', resolve));
    expect(code).toBe(1);
    expect(second.output()).toContain(darkroom.dataDir);
    expect((await darkroom.request('/readyz')).status).toBe(200);
  });

  test('SIGTERM stops everything, and the next start continues the running jobs', async () => {
    const first = await startDarkroom({ env: gate.env });
    const { id } = await first.submit({ operation: HELD });
    await first.until(id, 'processing');
    const { worker, temporal } = await partsOf(first.process.pid);
    expect(await first.stop()).toBe(0);
    expect(
      (await processes()).filter(({ pid }) => [worker, temporal, first.process.pid].includes(pid)),
    ).toEqual([]);
    const second = await startDarkroom({ dataDir: first.dataDir, env: gate.env });
    started.push(second);
    await gate.open();
    expect(await second.until(id, 'completed', 'failed')).toMatchObject({ state: 'completed' });
  });

  test('serve does not listen beyond loopback without authentication', async () => {
    const port = 1024 + Math.floor(Math.random() * 60_000);
    const open = await startDarkroom({ env: { DARKROOM_LISTEN: `0.0.0.0:${port}` }, skipReadiness: true });
    expect(await new Promise((resolve) => open.process.once('exit', resolve))).toBe(1);
    expect(open.output()).toMatch(/DARKROOM_LISTEN="0\.0\.0\.0:\d+".*DARKROOM_ALLOW_ANONYMOUS/);
  });
});
