/** The callback at the end of a job. */
import { ParentClosePolicy, proxyActivities, startChild, workflowInfo } from '@temporalio/workflow';
import type { Activities, NotifyStep } from '../activities/steps.ts';
import type { JobOrder } from '../src/jobs/order.ts';
import { deliverCallback } from './deliver-callback.ts';

/** A refusal by the receiver is a result, not an error; what is retried here is a dead worker, or the store being away. */
const { notify } = proxyActivities<Activities>({ startToCloseTimeout: '1m', retry: { maximumAttempts: 3 } });

/** One attempt here; when it fails, a workflow of its own goes on, so that no receiver can hold the job. */
export async function tellClient(order: JobOrder, event: NotifyStep['event']): Promise<void> {
  const { header, run, fingerprint } = order;
  const { inputs, callbackScheduleMs: schedule } = order;
  const callback = 'sealed' in inputs ? inputs : { callback: inputs.callback };
  const step = { job: { tenant: header.tenant, id: header.id, run, fingerprint }, event, inputs: callback };
  const attempt = await notify({ ...step, nextDelayMs: schedule[0] ?? null }).catch(() => null);
  const outcome = attempt?.outcome ?? 'failed';
  if (outcome !== 'failed' || schedule.length === 0) return;
  await startChild(deliverCallback, {
    workflowId: `callback/${header.tenant}/${header.id}/${run}`,
    parentClosePolicy: ParentClosePolicy.ABANDON,
    args: [{ step, scheduleMs: schedule, retryAfterMs: attempt?.retryAfterMs ?? null }],
    memo: { job: workflowInfo().workflowId },
  });
}
