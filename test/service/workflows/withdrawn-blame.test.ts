/** A worker reads in the journal of its predecessor that a step is not to blame, after Temporal has missed the heartbeats. */
import { once } from 'node:events';
import { Context } from '@temporalio/activity';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LostActivity } from '../../../activities/journal.ts';
import { failLostActivity } from '../../../src/cli/lost-activities.ts';
import { type Lab, startLab } from '../../support/lab.ts';
import { labOperation } from '../../support/lab-operation.ts';

const held = labOperation('lab.held', async ({ signal }) => {
  await once(signal, 'abort');
  signal.throwIfAborted();
});
/** The first attempt fails. Temporal no longer knows it by its token. */
let ended: Omit<LostActivity, 'isBlamed'> | null = null;

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({
    operations: [
      {
        ...held,
        stages: [
          {
            name: 'first',
            title: 'First',
            capability: 'io',
            run: async () => {
              const { taskToken, activityId, activityType, workflowExecution } = Context.current().info;
              ended = {
                taskToken: Buffer.from(taskToken).toString('base64'),
                activityId,
                type: activityType,
                workflowId: workflowExecution?.workflowId ?? null,
                isLocal: false,
                runId: workflowExecution?.runId ?? null,
                losses: 0,
                canBeBlamed: true,
                boot: null,
                beside: 1,
              };
            },
          },
          ...held.stages,
        ],
      },
    ],
  });
});
afterAll(() => lab.dispose());

test('withdraws the blame of that step, and of no other', async () => {
  const job = await lab.submit({ operation: 'lab.held' });
  await expect.poll(async () => (await lab.jobs.open(job)).job.stage).toBe('only');
  if (!ended) throw new Error('The first stage did not run');
  await failLostActivity(lab.client, { ...ended, isBlamed: true });
  await failLostActivity(lab.client, { ...ended, isBlamed: false });
  const { events } = await lab.client.workflow.getHandle(ended.workflowId ?? '').fetchHistory();
  const signals = (events ?? []).flatMap(
    ({ workflowExecutionSignaledEventAttributes: signal }) => signal?.signalName ?? [],
  );
  expect(signals.filter((name) => name === 'outlived')).toHaveLength(1);
  await (await lab.jobs.open(job)).control('cancel');
  await lab.until(job, 'cancelled');
});

test('does nothing for a workflow that has ended', async () => {
  if (!ended) throw new Error('The first stage did not run');
  await expect(failLostActivity(lab.client, { ...ended, isBlamed: false })).resolves.toBeUndefined();
});
