/** Jobs whose workflow code fails on the workers, and activities that an administrator has paused. */
import { readFile } from 'node:fs/promises';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { defineOperation } from '../../../operations/operation.ts';
import { checkServer } from '../../../src/cli/doctor/temporal.ts';
import { blockedReason } from '../../../src/client/blocked-reason.ts';
import type { Job } from '../../../src/jobs/model/job.ts';
import type { PendingActivity } from '../../../src/jobs/model/pending-activity.ts';
import { countPaused } from '../../../src/temporal/listing.ts';
import { MAIN_QUEUE, workflowIdOf } from '../../../src/temporal/names.ts';
import { bundlePath } from '../../../src/temporal/worker.ts';
import { type Lab, startLab } from '../../support/lab.ts';
import { labOperation } from '../../support/lab-operation.ts';
import { sleep } from '../../support/server.ts';

let release: () => void = () => undefined;
const released = new Promise<void>((resolve) => {
  release = resolve;
});
const held = defineOperation({
  name: 'test.held',
  title: 'Held',
  description: 'Runs until the test releases it.',
  params: z.strictObject({}),
  inputs: { min: 0, max: 0, media: [] },
  result: 'json',
  engine: {},
  stages: [{ name: 'held', title: 'Held', capability: 'cpu', run: () => released }],
});

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({
    operations: [held, labOperation('lab.nobody', () => Promise.resolve(), { capability: 'nobody' })],
    env: { DARKROOM_QUEUE_UNAVAILABLE: '1' },
  });
});
afterAll(async () => {
  release();
  await lab.dispose();
});

async function pollPending(
  { jobs }: Lab,
  job: Job,
  matches: (pending: PendingActivity) => boolean,
): Promise<PendingActivity> {
  for (;;) {
    const found = (await jobs.open(job)).pending.find(matches);
    if (found) return found;
    await sleep(200);
  }
}

test('shows a workflow that no worker can run, to clients and in doctor', async () => {
  const broken = await startLab({ runsWorkers: false });
  const bundle = await readFile(bundlePath, 'utf8');
  const start = /async function processJob\(.*\{/;
  expect(bundle).toMatch(start);
  const connection = await NativeConnection.connect(broken.temporal.options);
  const worker = await Worker.create({
    connection,
    namespace: broken.temporal.namespace,
    taskQueue: MAIN_QUEUE,
    workflowBundle: { code: bundle.replace(start, '$&\nthrow new TypeError("broken on purpose");') },
  });
  try {
    await worker.runUntil(async () => {
      const job = await broken.submit({ operation: 'system.echo', params: {} });
      const failing = await pollPending(broken, job, ({ kind }) => kind === 'workflow');
      expect(failing).toMatchObject({
        state: 'retrying',
        task_queue: MAIN_QUEUE,
        error: { code: 'workflow_task_failed' },
      });
      expect(failing.attempt).toBeGreaterThan(2);
      expect(blockedReason([failing])).toContain('Workers cannot run the workflow of this job');
      const findings = await checkServer(broken.temporal, true, []);
      expect(findings.find(({ check }) => check === 'workflows')).toMatchObject({
        state: 'broken',
        found: `workers cannot run ${workflowIdOf(job)}`,
      });
    });
  } finally {
    await connection.close();
    await broken.dispose();
  }
});

const workflowFindings = async () =>
  (await checkServer(lab.temporal, true, [])).filter(({ check }) => check === 'workflows');

test('shows an activity that an administrator has paused', async () => {
  const job = await lab.submit({ operation: 'test.held', params: {} });
  await pollPending(lab, job, ({ kind, state }) => kind === 'stage' && state === 'running');
  const { namespace } = lab.temporal;
  const execution = { workflowId: workflowIdOf(job) };
  await lab.client.workflowService.pauseActivity({ namespace, execution, type: 'runStage' });
  const paused = await pollPending(lab, job, ({ state }) => state === 'paused');
  expect(blockedReason([paused])).toBe('an administrator paused an activity in Temporal');
  expect(await workflowFindings()).toMatchObject([
    { state: 'warning', found: `an activity is paused in Temporal of ${workflowIdOf(job)}` },
  ]);
  await expect.poll(() => countPaused(lab.client)).toBe(1);
  await lab.client.workflowService.unpauseActivity({ namespace, execution, type: 'runStage' });
  release();
  await lab.until(job, 'completed');
  expect(await workflowFindings()).toMatchObject([{ state: 'ok' }]);
  await expect.poll(() => countPaused(lab.client)).toBe(0);
});

test('doctor names a task queue whose activities no worker takes', async () => {
  const findQueues = async () =>
    (await checkServer(lab.temporal, true, ['io', 'nobody'])).find(({ check }) => check === 'task queues');
  expect(await findQueues()).toMatchObject({ state: 'ok', found: 'nothing waits' });
  await lab.submit({ operation: 'lab.nobody' });
  await expect.poll(findQueues).toMatchObject({
    state: 'broken',
    found: expect.stringMatching(
      /^darkroom-nobody \(activity\): 1 waiting for up to .*, 0 workers$/,
    ) as string,
  });
});

test('shows assets that were added and that no worker takes', async () => {
  const alone = await startLab({ runsWorkers: false });
  const connection = await NativeConnection.connect(alone.temporal.options);
  const { namespace } = alone.temporal;
  const workflowBundle = { codePath: bundlePath };
  const worker = await Worker.create({ connection, namespace, taskQueue: MAIN_QUEUE, workflowBundle });
  try {
    const job = await alone.submit({ operation: 'test.echo', await_assets: { total: 1 } });
    await worker.runUntil(alone.until(job, 'waiting'));
    const stuck = alone.client.workflow.getHandle(workflowIdOf(job)).executeUpdate('addAssets', { args: [] });
    stuck.catch(() => undefined);
    const waiting = await pollPending(alone, job, ({ kind }) => kind === 'workflow');
    expect(waiting).toMatchObject({ state: 'waiting', task_queue: MAIN_QUEUE, attempt: 1, error: null });
    expect(blockedReason([waiting])).toMatch(/^has waited for \d+ s for a free worker \(queue darkroom\)$/);
  } finally {
    await connection.close();
    await alone.dispose();
  }
});
