/** What a job does when a step hangs, the store is away, or the disk is full. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DarkroomError } from '../../../src/errors.ts';
import type { Job } from '../../../src/jobs/model/job.ts';
import { createFilesystemStore } from '../../../src/storage/filesystem/index.ts';
import { type Lab, startLab } from '../../support/lab.ts';
import { labOperation } from '../../support/lab-operation.ts';
import { startWeb, type Web } from '../../support/web.ts';

let lab: Lab;
let web: Web;
let hangs = 0;
let released = 0;

let letGo = () => {};
const held = new Promise<void>((resolve) => {
  letGo = resolve;
});
let computed = 0;

const hold = labOperation('lab.held', async ({ params, outputs }) => {
  await held;
  await outputs.json(params);
  computed++;
});

const hang = labOperation(
  'lab.hang',
  async ({ signal }) => {
    hangs++;
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    released++;
  },
  { timeoutMs: 1500 },
);

let calls = 0;

/** Fails because of the store once, and then because of another server. */
const call = labOperation('lab.call', () =>
  Promise.reject(
    calls++ === 0
      ? new DarkroomError('store_unavailable', 'The store is away')
      : new DarkroomError('asset_unreachable', 'The other server is away'),
  ),
);

/** Whether scratch has free space. */
let hasSpace = false;
let writes = 0;

const write = labOperation('lab.write', async ({ workspace, outputs }) => {
  writes++;
  await writeFile(hasSpace ? join(workspace, 'file') : '/dev/full', 'x');
  await outputs.json({ written: true });
});

let storeDir: string;
/** Result files that could not be stored. */
let refusals = 0;

beforeAll(async () => {
  web = await startWeb({ '/asset': Buffer.alloc(700 * 1024, 'a') });
  storeDir = await mkdtemp(join(tmpdir(), 'darkroom-failures-'));
  const store = createFilesystemStore({ root: storeDir });
  const adopt = store.adopt.bind(store);
  store.adopt = (...file) =>
    adopt(...file).catch((error: unknown) => {
      refusals++;
      throw error;
    });
  lab = await startLab({ operations: [hang, hold, write, call], store });
});

afterAll(async () => {
  await lab.dispose();
  await web.close();
  await rm(storeDir, { recursive: true, force: true });
});

const source = () => ({ source: { url: `${web.url}/asset` } });

/** Why the steps that are under way failed last, by Temporal. */
async function complaints({ tenant, id }: Job): Promise<(string | null | undefined)[]> {
  const { raw } = await lab.client.workflow.getHandle(`job/${tenant}/${id}`).describe();
  return (raw.pendingActivities ?? []).map(
    ({ lastFailure }) => lastFailure?.applicationFailureInfo?.type ?? null,
  );
}

test('a stage that times out is cancelled and not retried', async () => {
  const job = await lab.submit({ operation: 'lab.hang' });
  expect(await lab.until(job, 'failed')).toMatchObject({
    error: { code: 'stage_timeout', retryable: false },
  });
  await expect.poll(() => [hangs, released]).toEqual([1, 1]);
});

describe('a job waits', () => {
  test('while the store is unavailable, and keeps its computed outputs', async () => {
    const job = await lab.submit({ operation: 'lab.held', params: { word: 'kept' } });
    await lab.until(job, 'processing');
    const away = `${storeDir}.away`;
    await mkdir(storeDir, { recursive: true });
    await rename(storeDir, away);
    await writeFile(storeDir, 'no directory');
    letGo();
    try {
      await expect.poll(() => refusals).toBeGreaterThan(1);
      expect((await lab.jobs.open(job)).job).toMatchObject({ state: 'processing', error: null });
    } finally {
      await rm(storeDir);
      await rename(away, storeDir);
    }
    expect(await lab.until(job, 'completed', 'failed')).toMatchObject({ state: 'completed', error: null });
    expect((await (await lab.jobs.open(job)).result()).manifest.data).toMatchObject({ word: 'kept' });
    expect(computed).toBe(1);
  });

  test('while the disk is full during its downloads', async (context) => {
    await mkdir(storeDir, { recursive: true });
    const mount = ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', storeDir];
    const mounted = await promisify(execFile)('mount', mount).catch(() => null);
    if (mounted === null) context.skip('needs the right to mount a tmpfs');
    try {
      const ballast = join(storeDir, 'ballast');
      await writeFile(ballast, Buffer.alloc(600 * 1024));
      const job = await lab.submit({ operation: 'test.echo', assets: [source()] });
      await expect.poll(() => complaints(job)).toEqual(['disk_full']);
      expect((await lab.jobs.open(job)).job).toMatchObject({ error: null, assets: { failed: 0 } });
      await rm(ballast);
      expect(await lab.until(job, 'completed', 'failed')).toMatchObject({
        state: 'completed',
        assets: { downloaded: 1, failed: 0 },
      });
    } finally {
      execFileSync('umount', ['-l', storeDir]);
    }
  });
});

// Both wait for the next attempt, side by side.
describe.concurrent('retries', () => {
  test('attempts during an outage do not count as retries', async ({ expect }) => {
    const job = await lab.submit({ operation: 'lab.call' });
    expect(await lab.until(job, 'completed', 'failed')).toMatchObject({
      error: { code: 'asset_unreachable' },
    });
    expect(calls).toBe(6);
  });

  test('a job waits while the disk of its worker is full, longer than for unexpected errors', async ({
    expect,
  }) => {
    const job = await lab.submit({ operation: 'lab.write' });
    await expect.poll(() => writes).toBe(4);
    await expect.poll(() => complaints(job)).toEqual(['disk_full']);
    expect((await lab.jobs.open(job)).job).toMatchObject({ state: 'processing', error: null });
    hasSpace = true;
    expect(await lab.until(job, 'completed', 'failed')).toMatchObject({ state: 'completed', error: null });
  });
});
