/** What a job does when a step hangs, the store is away, or the disk is full. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DarkroomError, type ErrorCode, errorCatalogue } from '../../../src/errors.ts';
import type { Job } from '../../../src/jobs/model/job.ts';
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

const hold = labOperation('lab.held', async ({ params, outputs }) => {
  await held;
  await outputs.json(params);
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

/** Meets trouble of ours once, and then of others. */
const call = labOperation('lab.call', () =>
  Promise.reject(
    calls++ === 0
      ? new DarkroomError('store_unavailable', 'The store is away')
      : new DarkroomError('asset_unreachable', 'The other server is away'),
  ),
);

/** Whether scratch has room. */
let room = false;
let writes = 0;

const write = labOperation('lab.write', async ({ workspace, outputs }) => {
  writes++;
  await writeFile(room ? join(workspace, 'file') : '/dev/full', 'x');
  await outputs.json({ written: true });
});

beforeAll(async () => {
  web = await startWeb({ '/asset': Buffer.alloc(700 * 1024, 'a') });
  lab = await startLab({ operations: [hang, hold, write, call] });
});

afterAll(async () => {
  await lab.dispose();
  await web.close();
});

const source = () => ({ source: { url: `${web.url}/asset` } });

/** Why the steps that are under way failed last, by Temporal. */
async function complaints({ tenant, id }: Job): Promise<(string | null | undefined)[]> {
  const { raw } = await lab.client.workflow.getHandle(`job/${tenant}/${id}`).describe();
  return (raw.pendingActivities ?? []).map(
    ({ lastFailure }) => lastFailure?.applicationFailureInfo?.type ?? null,
  );
}

test('a stage that takes longer than it may is told to stop, and not tried again', async () => {
  const job = await lab.submit({ operation: 'lab.hang' });
  expect(await lab.until(job, 'failed')).toMatchObject({
    error: { code: 'stage_timeout', retryable: false },
  });
  await expect.poll(() => [hangs, released]).toEqual([1, 1]);
});

describe('a job waits', () => {
  test('while the store is away, with what it has to write', async () => {
    const job = await lab.submit({ operation: 'lab.held', params: { word: 'kept' } });
    await lab.until(job, 'processing');
    const away = `${lab.storeDir}.away`;
    await mkdir(lab.storeDir, { recursive: true });
    await rename(lab.storeDir, away);
    await writeFile(lab.storeDir, 'no directory');
    letGo();
    try {
      await expect.poll(() => complaints(job)).toEqual(['store_unavailable']);
      expect((await lab.jobs.open(job)).job).toMatchObject({ state: 'processing', error: null });
    } finally {
      await rm(lab.storeDir);
      await rename(away, lab.storeDir);
    }
    expect(await lab.until(job, 'completed', 'failed')).toMatchObject({ state: 'completed', error: null });
    expect((await (await lab.jobs.open(job)).result()).manifest.data).toMatchObject({ word: 'kept' });
  });

  test('while the disk is full during its downloads', async (context) => {
    await mkdir(lab.storeDir, { recursive: true });
    const mount = ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', lab.storeDir];
    const mounted = await promisify(execFile)('mount', mount).catch(() => null);
    if (mounted === null) context.skip('needs the right to mount a tmpfs');
    try {
      const ballast = join(lab.storeDir, 'ballast');
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
      execFileSync('umount', ['-l', lab.storeDir]);
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

  test('while the disk of its worker is full, longer than for unexpected errors', async ({ expect }) => {
    const job = await lab.submit({ operation: 'lab.write' });
    await expect.poll(() => writes).toBe(4);
    await expect.poll(() => complaints(job)).toEqual(['disk_full']);
    expect((await lab.jobs.open(job)).job).toMatchObject({ state: 'processing', error: null });
    room = true;
    expect(await lab.until(job, 'completed', 'failed')).toMatchObject({ state: 'completed', error: null });
  });
});

describe('after any number of attempts', () => {
  /** Runs a step that fails so. Resolves with the result or the error of its workflow, and how often it was tried. */
  async function patient(given: (ErrorCode | null)[]): Promise<{ outcome: unknown; calls: number }> {
    const failures = [...given];
    const taskQueue = `outageRetry-${given.join()}`;
    let calls = 0;
    const connection = await NativeConnection.connect(lab.temporal.options);
    const worker = await Worker.create({
      connection,
      namespace: lab.temporal.namespace,
      taskQueue,
      workflowsPath: fileURLToPath(new URL('../../support/outage-retry.workflow.ts', import.meta.url)),
      activities: {
        step: async () => {
          calls++;
          const type = failures.shift();
          if (type) {
            const details = [{ kind: errorCatalogue[type].kind }];
            throw ApplicationFailure.create({ type, message: 'given up', nonRetryable: true, details });
          }
          return 'done';
        },
      },
    });
    try {
      const outcome: unknown = await worker.runUntil(
        lab.client.workflow
          .execute('patient', { taskQueue, workflowId: `patient/${given.join()}` })
          .catch((error: unknown) => error),
      );
      return { outcome, calls };
    } finally {
      await connection.close();
    }
  }

  test('an activity is retried after an internal error', async () => {
    expect(
      await patient(['store_unavailable', 'disk_full', 'worker_stopped', 'master_key_missing', null]),
    ).toEqual({ outcome: 'done', calls: 5 });
  });

  test('an activity is not retried otherwise', async () => {
    expect(await patient(['asset_not_found', null])).toEqual({
      outcome: expect.any(WorkflowFailedError),
      calls: 1,
    });
  });
});
