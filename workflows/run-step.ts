/** Runs a step of a job: decides where it runs, and what happens when its worker dies. */
import {
  ActivityCancellationType,
  ApplicationFailure,
  proxyActivities,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { EarlierAttempts, FailureInfo, Heartbeat, Loss, StepActivities } from '../activities/types.ts';
import { aloneQueueOf } from '../src/temporal/names.ts';
import { readCause, readFailureInfo } from './ending.ts';
import type { JobContext } from './job-context.ts';
import type { Blame } from './loss-reports.ts';
import { runLocallyFirst } from './run-locally.ts';

export interface StepOptions {
  /** For the error of the job and Temporal's Web UI; see `summarizeStep`. */
  readonly title: string;
  readonly taskQueue: string;
  /** Milliseconds without a heartbeat after which the worker of an attempt counts as dead. */
  readonly heartbeatMs: number;
  readonly priority?: { readonly priorityKey: number };
  /** Whether the step usually takes well below a second, and decodes nothing. */
  readonly isShort?: boolean;
}

/** Of one attempt. The worker limits the time of stages and downloads by itself; this is for workers that cannot. */
const ATTEMPT_TIMEOUT = '7 days';

/**
 * Runs a step until it ends, as an activity, or as a local attempt first if it is short. Temporal retries what failed; an outage never
 * fails a step. When the worker dies or the step hangs, it runs again. A step that is blamed for too many losses runs alone, in a process
 * of its own, until that process dies or hangs: the death of the worker around it does not count.
 *
 * @param run Calls the activity of the step.
 * @throws ApplicationFailure `worker_lost`, `stage_stalled`, or the failure of the activity.
 */
export function runStep<T>(job: JobContext, options: StepOptions, run: RunActivity<T>): Promise<T> {
  const { isShort = false, title } = options;
  return runLocallyFirst(
    job,
    isShort,
    title,
    (activities) => run(activities, {}),
    (earlier) => runDurably(job, options, run, earlier),
  );
}

type RunActivity<T> = (activities: StepActivities, earlier: { earlier?: EarlierAttempts }) => Promise<T>;

async function runDurably<T>(
  { runInput: { tuning }, lossReports }: JobContext,
  { title, taskQueue, heartbeatMs, priority }: StepOptions,
  run: RunActivity<T>,
  local: EarlierAttempts | null,
): Promise<T> {
  const localFailures = local?.localFailures ?? 0;
  const blame: Blame = { losses: 0 };
  let attempts = 0;
  let progress: Heartbeat | null = local?.progress ?? null;
  for (;;) {
    const isAlone = blame.losses >= tuning.maxLosses;
    const activities = proxyActivities<StepActivities>({
      taskQueue: isAlone ? aloneQueueOf(taskQueue) : taskQueue,
      summary: isAlone ? `${title} · alone` : title,
      heartbeatTimeout: heartbeatMs,
      startToCloseTimeout: ATTEMPT_TIMEOUT,
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      retry: {
        initialInterval: '1s',
        backoffCoefficient: 2,
        maximumInterval: '1m',
        nonRetryableErrorTypes: ['TemporalTimeout:Heartbeat', 'TemporalTimeout:StartToClose'],
      },
      ...(priority && { priority }),
    });
    try {
      const isFirst = attempts === 0 && local === null;
      return await run(
        activities,
        isFirst ? {} : { earlier: { losses: blame.losses, localFailures, progress } },
      );
    } catch (error) {
      const loss = readLoss(error, isAlone);
      if (loss === null) throw error;
      attempts += 1;
      if (isAlone && (loss.isBlamed || attempts >= tuning.maxAttemptsLost))
        throw createLostFailure(title, attempts, loss);
      progress = loss.progress ?? progress;
      if (loss.isBlamed) lossReports.blame(blame, error);
    }
  }
}

/** Null when the activity failed for another reason than the death of its worker, or a hang. */
function readLoss(error: unknown, isAlone: boolean): Loss | null {
  const cause = readCause(error);
  if (cause instanceof TimeoutFailure) {
    const progress = (cause.lastHeartbeatDetails ?? null) as Heartbeat | null;
    return {
      code: 'worker_lost',
      // The worker of a step that runs alone reports the death of the step's process.
      isBlamed: !isAlone,
      how: 'its worker stopped sending heartbeats',
      progress,
    };
  }
  return (cause instanceof ApplicationFailure && readFailureInfo(cause).loss) || null;
}

function createLostFailure(title: string, attempts: number, { code, how }: Loss): ApplicationFailure {
  const message =
    `Each of ${attempts} attempts at "${title}" ended with the death of its worker, or hung. ` +
    `In the last one the step ran alone: ${how}`;
  const details: FailureInfo = { kind: 'bug', retryable: false, details: { step: title, attempts } };
  return ApplicationFailure.create({ type: code, message, nonRetryable: true, details: [details] });
}
