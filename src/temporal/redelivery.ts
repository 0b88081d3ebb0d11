/** Delivers a callback again. */
import type { Client } from '@temporalio/client';
import type { DeliverCallbackInput } from '../../workflows/deliver-callback.ts';
import type { Delivery } from '../jobs/model/delivery.ts';
import type { Job } from '../jobs/model/job.ts';
import type { RunInput } from '../jobs/model/run-input.ts';
import { callbackIdOf, MAIN_QUEUE, workflowIdOf } from './names.ts';

/** Attempts the callback at once. While it fails, further attempts follow the schedule. */
export async function redeliver(
  client: Client,
  { fingerprint, callback, callbackScheduleMs }: RunInput,
  about: Job,
  { event, run, seq, occurred_at }: Delivery,
): Promise<void> {
  const job = { tenant: about.tenant, id: about.id, run, fingerprint };
  const notification = { job, event, seq, at: occurred_at, about, callback, again: true };
  const input: DeliverCallbackInput = {
    notification,
    scheduleMs: [0, ...callbackScheduleMs],
    retryAfterMs: null,
  };
  await client.workflow.signalWithStart('deliverCallback', {
    workflowId: callbackIdOf(job, run, seq),
    taskQueue: MAIN_QUEUE,
    args: [input],
    // A workflow that is waiting for its next attempt makes it now.
    signal: 'attemptNow',
    memo: { job: workflowIdOf(job) },
  });
}
