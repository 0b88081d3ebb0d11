/** Runs an activity of a job: decides where it runs, and what happens when its worker dies. */
import {
  ActivityCancellationType,
  ApplicationFailure,
  proxyActivities,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { EarlierAttempts, FailureInfo, Heartbeat, JobActivities, Loss } from '../activities/types.ts';
import { aloneQueueOf } from '../src/temporal/names.ts';
import { readCause, readFailureInfo } from './ending.ts';
import type { JobContext } from './job-context.ts';
import type { Blame } from './loss-reports.ts';
import { runLocallyFirst } from './run-locally.ts';

export interface ActivityToRun {
  /** For the error of the job and Temporal's Web UI; see `summarizeActivity`. */
  readonly title: string;
  readonly taskQueue: string;
  /** Milliseconds without a heartbeat after which the worker of an attempt counts as dead. */
  readonly heartbeatMs: number;
  readonly priority?: { readonly priorityKey: number };
  /** Whether it usually takes less than a second, and cannot harm the worker. */
  readonly isShort?: boolean;
}

/** Of one attempt. The worker limits the time of stages and downloads by itself; this is for workers that cannot. */
const ATTEMPT_TIMEOUT = '7 days';

/**
 * Runs an activity until it ends; a short one as a local attempt first. Temporal retries what failed; an outage never fails an activity.
 * When its worker dies or it hangs, it is scheduled again. One that is blamed for too many losses runs alone, in a process of its own,
 * until that process dies or hangs: the death of the worker around it does not count.
 *
 * @param call Calls the activity.
 * @throws ApplicationFailure `worker_lost`, `stage_stalled`, or the failure of the activity.
 */
export function runActivity<T>(job: JobContext, options: ActivityToRun, call: CallActivity<T>): Promise<T> {
  const { isShort = false, title } = options;
  return runLocallyFirst(
    job,
    isShort,
    title,
    (activities) => call(activities, {}),
    (earlier) => runDurably(job, options, call, earlier),
  );
}

type CallActivity<T> = (activities: JobActivities, earlier: { earlier?: EarlierAttempts }) => Promise<T>;

async function runDurably<T>(
  { runInput: { tuning }, lossReports }: JobContext,
  { title, taskQueue, heartbeatMs, priority }: ActivityToRun,
  call: CallActivity<T>,
  local: EarlierAttempts | null,
): Promise<T> {
  const localFailures = local?.localFailures ?? 0;
  const blame: Blame = { losses: 0 };
  let attempts = 0;
  let progress: Heartbeat | null = local?.progress ?? null;
  for (;;) {
    const isAlone = blame.losses >= tuning.maxLosses;
    const activities = proxyActivities<JobActivities>({
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
      return await call(
        activities,
        isFirst ? {} : { earlier: { losses: blame.losses, lost: attempts, localFailures, progress } },
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
      // The worker of an activity that runs alone reports the death of that process.
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
    `In the last one it ran alone: ${how}`;
  const details: FailureInfo = { kind: 'bug', retryable: false, details: { activity: title, attempts } };
  return ApplicationFailure.create({ type: code, message, nonRetryable: true, details: [details] });
}
