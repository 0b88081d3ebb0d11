/** Delivers callbacks for the events of a job that its client subscribed to. */
import {
  CancellationScope,
  log,
  ParentClosePolicy,
  proxyActivities,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities/types.ts';
import type { CallbackEvent } from '../src/jobs/model/job-spec.ts';
import { toRunRef } from '../src/jobs/model/run-input.ts';
import { isTerminal } from '../src/jobs/model/states.ts';
import { type Moment, toCallbackEvent } from '../src/jobs/model/timeline.ts';
import { CALLBACK_QUEUE, callbackIdOf, summarizeCallback } from '../src/temporal/names.ts';
import { deliverCallback } from './deliver-callback.ts';
import { type JobPart, runLocallyFirst } from './run-locally.ts';
import { summarizeAttempt } from './summaries.ts';

/** An answer that refuses the callback is a result. These retries are for workers that die, and for outages of the store. */
const options = {
  taskQueue: CALLBACK_QUEUE,
  startToCloseTimeout: '1m',
  retry: { maximumAttempts: 3 },
} as const;

export class CallbackNotifier {
  readonly #job: JobPart;
  #running: Promise<void>[] = [];

  /** Subscribes to the transitions that follow. */
  constructor(job: JobPart) {
    this.#job = job;
    job.status.onTransition((now, before) => {
      const event = toCallbackEvent(now, before);
      if (event === null || !job.runInput.callbackEvents.includes(event)) return;
      // An event that has happened is delivered even if the job is cancelled right after it.
      this.#running.push(CancellationScope.nonCancellable(() => this.#deliver(event, now)));
    });
  }

  /** Resolves when each event so far was delivered, or handed to a workflow of its own. */
  async flush(): Promise<void> {
    while (this.#running.length > 0) await Promise.all(this.#running.splice(0));
  }

  /** Makes one attempt. When it fails, a child workflow makes the others, so that no receiver delays the job. */
  async #deliver(event: CallbackEvent, { seq, at }: Moment): Promise<void> {
    const { runInput } = this.#job;
    const { header, run, callback, callbackScheduleMs: scheduleMs } = runInput;
    const job = toRunRef(runInput);
    const notification = { job, event, seq, at, about: { ...header, ...this.#job.status.current }, callback };
    const input = { ...notification, nextDelayMs: scheduleMs[0] ?? null };
    const summary = summarizeAttempt(event, 1);
    // The workflow has nothing else to do at its end. Before that, a local attempt would delay its activities.
    const result = await runLocallyFirst(
      this.#job,
      isTerminal(this.#job.status.current.state),
      summary,
      (activities) => activities.notify(input),
      () => proxyActivities<Activities>({ ...options, summary }).notify(input),
    ).catch(() => null);
    const outcome = result?.outcome ?? 'failed';
    if (outcome !== 'failed' || scheduleMs.length === 0) return;
    await startChild(deliverCallback, {
      workflowId: callbackIdOf(job, run, seq),
      parentClosePolicy: ParentClosePolicy.ABANDON,
      args: [{ notification, scheduleMs, firstAttempt: 2, retryAfterMs: result?.retryAfterMs ?? null }],
      staticSummary: summarizeCallback(notification),
      memo: { job: workflowInfo().workflowId },
    }).catch((error: unknown) => log.warn('Another workflow delivers this callback already', { error }));
  }
}
