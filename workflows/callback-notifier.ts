/** Tells the client what its job goes through, as far as it asked for that. */
import {
  CancellationScope,
  log,
  ParentClosePolicy,
  proxyActivities,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities/types.ts';
import type { CallbackEvent } from '../src/jobs/model/job.ts';
import type { RunInput } from '../src/jobs/model/run-input.ts';
import { eventOf, type Moment } from '../src/jobs/model/timeline.ts';
import { CALLBACK_QUEUE, callbackIdOf } from '../src/temporal/names.ts';
import { deliverCallback } from './deliver-callback.ts';
import type { JobStatusPublisher } from './job-status.ts';

/** A refusal by the receiver is a result, not an error; what is retried here is a dead worker, or the store being away. */
const { notify } = proxyActivities<Activities>({
  taskQueue: CALLBACK_QUEUE,
  startToCloseTimeout: '1m',
  retry: { maximumAttempts: 3 },
});

export class CallbackNotifier {
  readonly #runInput: RunInput;
  readonly #status: JobStatusPublisher;
  #underway: Promise<void>[] = [];

  /** Listens to the status from now on. */
  constructor(runInput: RunInput, status: JobStatusPublisher) {
    this.#runInput = runInput;
    this.#status = status;
    status.onMoment((now, before) => {
      const event = eventOf(now, before);
      if (event === null || !runInput.callbackEvents.includes(event)) return;
      // What has happened is told, even if the job is cancelled right after.
      this.#underway.push(CancellationScope.nonCancellable(() => this.#tell(event, now)));
    });
  }

  /** Resolves when each event was delivered, or handed to a workflow of its own. */
  async done(): Promise<void> {
    while (this.#underway.length > 0) await Promise.all(this.#underway.splice(0));
  }

  /** One attempt here; when it fails, a workflow of its own goes on, so that no receiver can hold the job. */
  async #tell(event: CallbackEvent, { seq, at }: Moment): Promise<void> {
    const { header, run, fingerprint, callback, callbackScheduleMs: schedule } = this.#runInput;
    const job = { tenant: header.tenant, id: header.id, run, fingerprint };
    const step = { job, event, seq, at, about: { ...header, ...this.#status.current }, callback };
    const attempt = await notify({ ...step, nextDelayMs: schedule[0] ?? null }).catch(() => null);
    const outcome = attempt?.outcome ?? 'failed';
    if (outcome !== 'failed' || schedule.length === 0) return;
    await startChild(deliverCallback, {
      workflowId: callbackIdOf(job, run, seq),
      parentClosePolicy: ParentClosePolicy.ABANDON,
      args: [{ step, scheduleMs: schedule, retryAfterMs: attempt?.retryAfterMs ?? null }],
      memo: { job: workflowInfo().workflowId },
    }).catch((error: unknown) => log.warn('Another workflow delivers this callback already', { error }));
  }
}
