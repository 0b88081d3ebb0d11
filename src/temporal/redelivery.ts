/** Delivers callbacks besides those that the workflow of a job delivers. */
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { DeliverCallbackInput } from '../../workflows/deliver-callback.ts';
import type { CallbackMoment } from '../jobs/model/delivery.ts';
import type { Job } from '../jobs/model/job.ts';
import type { RunInput } from '../jobs/model/run-input.ts';
import { callbackIdOf, MAIN_QUEUE, summarizeCallback, workflowIdOf } from './names.ts';

/** Attempts the callback at once. While it fails, further attempts follow the schedule. */
export async function redeliver(
  client: Client,
  runInput: RunInput,
  about: Job,
  event: CallbackMoment,
): Promise<void> {
  await client.workflow.signalWithStart('deliverCallback', {
    ...buildWorkflow(runInput, about, event, true),
    // A workflow that is waiting for its next attempt makes it now.
    signal: 'attemptNow',
  });
}

/** Attempts the callback at once, then by its schedule; does nothing when that has been asked for before. */
export async function deliver(
  client: Client,
  runInput: RunInput,
  about: Job,
  event: CallbackMoment,
): Promise<void> {
  const workflow = buildWorkflow(runInput, about, event, false);
  await client.workflow
    .start('deliverCallback', {
      ...workflow,
      workflowIdConflictPolicy: 'FAIL',
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
    })
    .catch((error: unknown) => {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    });
}

function buildWorkflow(
  { fingerprint, callback, callbackScheduleMs }: RunInput,
  about: Job,
  { event, run, seq, occurred_at }: CallbackMoment,
  again: boolean,
) {
  const job = { tenant: about.tenant, id: about.id, run, fingerprint };
  const notification = { job, event, seq, at: occurred_at, about, callback, again };
  const input: DeliverCallbackInput = {
    notification,
    scheduleMs: [0, ...callbackScheduleMs],
    firstAttempt: 1,
    retryAfterMs: null,
  };
  return {
    workflowId: callbackIdOf(job, run, seq),
    taskQueue: MAIN_QUEUE,
    args: [input] as [DeliverCallbackInput],
    staticSummary: summarizeCallback(notification),
    memo: { job: workflowIdOf(job) },
  };
}
