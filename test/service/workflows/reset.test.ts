/** A reset in Temporal makes a second execution of a run. The one that started last represents the job. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Job } from '../../../src/jobs/model/job.ts';
import { workflowIdOf } from '../../../src/temporal/names.ts';
import { type Lab, startLab } from '../../support/lab.ts';
import { labOperation } from '../../support/lab-operation.ts';

/** Ends what is held. */
let release = () => {};
const released = new Promise<void>((resolve) => {
  release = resolve;
});
const held = labOperation('lab.held', ({ signal }) =>
  Promise.race([released, once(signal, 'abort').then(() => signal.throwIfAborted())]),
);

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ operations: [held] });
});
afterAll(() => lab.dispose());

/** Repeats an execution from its first workflow task. */
async function reset(job: Job, runId: string): Promise<void> {
  const { workflowService, options } = lab.client;
  await workflowService.resetWorkflowExecution({
    namespace: options.namespace,
    workflowExecution: { workflowId: workflowIdOf(job), runId },
    reason: 'for a test',
    requestId: randomUUID(),
    workflowTaskFinishEventId: 4 as never,
  });
}

const latestRunId = async (job: Job) =>
  (await lab.client.workflow.getHandle(workflowIdOf(job)).describe()).runId;

/** The states of this job in the list; one for each time it is listed. */
const listed = async ({ id }: Job, state?: Job['state']) =>
  (await lab.jobs.list('public', { state }, { limit: 100 })).jobs
    .filter((job) => job.id === id)
    .map((job) => job.state);

test('lists a job that was reset while it ran once', async () => {
  const job = await lab.submit({ operation: 'lab.held' });
  await lab.until(job, 'processing');
  await reset(job, await latestRunId(job));
  release();
  await lab.until(job, 'completed');
  await expect.poll(() => listed(job)).toEqual(['completed']);
  await expect.poll(() => listed(job, 'failed')).toEqual([]);
});

test('lists a job that was reset after its end once', async () => {
  const job = await lab.submit({ operation: 'system.echo', params: { a: 1 } });
  await lab.until(job, 'completed');
  const runId = await latestRunId(job);
  await expect.poll(() => listed(job)).toEqual(['completed']);
  await reset(job, runId);
  await expect.poll(() => latestRunId(job)).not.toBe(runId);
  await lab.until(job, 'completed');
  await expect.poll(() => listed(job)).toEqual(['completed']);
});

test('keeps the record of a later run', async () => {
  const job = await lab.submit({ operation: 'system.echo', params: { a: 1 } });
  await lab.until(job, 'completed');
  const first = await latestRunId(job);
  const second = await (await lab.jobs.open(job)).rerun({});
  await expect.poll(async () => (await lab.jobs.open(job)).job).toMatchObject({ run: 2, state: 'completed' });
  await reset(second, first);
  await expect.poll(async () => (await lab.jobs.open(job)).job).toMatchObject({ run: 1, state: 'completed' });
  expect((await lab.archive.record(job))?.job).toMatchObject({ run: 2, result: { run: 2 } });
  await expect.poll(() => listed(job)).toEqual(['completed']);
  // The next rerun replaces no results of run 2.
  expect((await (await lab.jobs.open(job)).rerun({})).run).toBe(3);
});
