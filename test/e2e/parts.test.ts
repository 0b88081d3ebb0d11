/** API and workers as processes of their own, against a Temporal server that is not theirs. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type EmbeddedTemporal, startEmbeddedTemporal } from '../../src/temporal/embedded/server.ts';
import { type Darkroom, ready, startDarkroom } from '../support/server.ts';

const main = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));

let dataDir: string;
let temporal: EmbeddedTemporal;
let api: Darkroom;
let env: Record<string, string>;
const workers: ChildProcess[] = [];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'darkroom-parts-'));
  temporal = await startEmbeddedTemporal({
    binary: inject('temporalBinary'),
    dataDir: join(dataDir, 'temporal'),
    preferredPort: 0,
    preferredUiPort: 0,
    log: () => undefined,
  });
  env = { TEMPORAL_ADDRESS: temporal.address, DARKROOM_STORE: `file:${join(dataDir, 'store')}` };
  api = await startDarkroom({ command: 'api', env, dataDir: join(dataDir, 'api'), impatient: true });
});

afterAll(async () => {
  await Promise.all(workers.map(ended));
  await api.stop();
  await temporal.stop();
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
});

function startWorker(): ChildProcess {
  const worker = spawn(process.execPath, [main, 'worker'], {
    env: {
      PATH: process.env['PATH'],
      ...env,
      DARKROOM_DATA: join(dataDir, 'api'),
      DARKROOM_WORK: join(dataDir, `work-${workers.length}`),
      DARKROOM_LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  workers.push(worker);
  return worker;
}

function ended(worker: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (worker.exitCode !== null || worker.signalCode !== null) return resolve();
    worker.once('exit', () => resolve());
    worker.kill('SIGTERM');
  });
}

test('without a worker the API says so, and takes jobs all the same', async () => {
  await expect
    .poll(async () => (await api.request('/healthz').catch(() => null))?.status, { timeout: 20_000 })
    .toBe(200);
  await expect
    .poll(async () => (await api.request('/readyz')).json(), { timeout: 20_000 })
    .toEqual({ status: 'unavailable', missing: ['worker'] });
  await expect
    .poll(async () => (await api.submit({ id: 'early', operation: 'system.echo' }).catch(() => null))?.state)
    .toBe('created');
  expect(await (await api.request('/v1/operations/image.transform')).json()).toMatchObject({
    available: false,
  });
});

test('two workers share the work, and one goes on when the other is killed', async () => {
  const first = startWorker();
  startWorker();
  await ready(api);
  expect((await api.until('early', 'completed')).state).toBe('completed');
  const jobs = await Promise.all(
    Array.from({ length: 6 }, () => api.submit({ operation: 'test.echo', params: { delay_ms: 2500 } })),
  );
  await Promise.all(jobs.map(({ id }) => api.until(id, 'processing', 'completed')));
  first.kill('SIGKILL');
  for (const { id } of jobs) expect((await api.until(id, 'completed', 'failed')).state).toBe('completed');
});
