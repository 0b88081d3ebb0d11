/** Makes a callback again. */
import type { Client } from '@temporalio/client';
import type { Delivery } from '../jobs/model/delivery.ts';
import type { Job } from '../jobs/model/job.ts';
import type { RunInput } from '../jobs/model/run-input.ts';
import { callbackIdOf, MAIN_QUEUE, workflowIdOf } from './names.ts';

/** At once, and when that fails, by the schedule. */
export async function redeliver(
  client: Client,
  { fingerprint, callback, callbackScheduleMs }: RunInput,
  about: Job,
  { event, run, seq, occurred_at }: Delivery,
): Promise<void> {
  const job = { tenant: about.tenant, id: about.id, run, fingerprint };
  const step = { job, event, seq, at: occurred_at, about, callback, again: true };
  await client.workflow.signalWithStart('deliverCallback', {
    workflowId: callbackIdOf(job, run, seq),
    taskQueue: MAIN_QUEUE,
    args: [{ step, scheduleMs: [0, ...callbackScheduleMs], retryAfterMs: null }],
    // One that is waiting for its next attempt makes it now.
    signal: 'attemptNow',
    memo: { job: workflowIdOf(job) },
  });
}
