/** Runs the work of an activity: sends heartbeats, signals its start, and translates errors for Temporal. */
import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { catalogue, DarkroomError, type ErrorCode } from '../src/errors.ts';
import { isDiskFull, workerDiskFull } from '../src/lib/disk-full.ts';
import type { Heartbeat } from './types.ts';

/** Well below the heartbeat timeout of 10 s. The status of a job may lag by this long. */
const HEARTBEAT_MS = 500;

/** A shorter activity ends before anyone could see that it had started. */
const START_SIGNAL_DELAY_MS = 500;

/** Attempts for retryable errors, such as a server that does not answer. Outages do not count. */
const MAX_ATTEMPTS = 5;

/** Attempts for unexpected errors: most likely bugs, which retries do not fix. */
const MAX_ATTEMPTS_UNEXPECTED = 3;

/** Failures that are retried without limit: outages of our own store and disks. */
const waitedForPatiently = new Set<string | null | undefined>([
  'store_unavailable',
  'disk_full',
  'temporal_unavailable',
  'master_key_missing',
  'worker_stopped',
]);

/** What the work of an activity is given. */
export interface ActivityRun {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Merges progress into the next heartbeat. */
  report(progress: Partial<Heartbeat>): void;
  /** Aborts when the activity is cancelled or its worker stops. */
  readonly signal: AbortSignal;
  /** From 1. */
  readonly attempt: number;
  /** Whether a retryable error, other than an outage, ends the activity in this attempt. */
  readonly lastAttempt: boolean;
}

/**
 * Runs the work of an activity with a heartbeat beside it. With `signalsStart`, signals the workflow that the job has left
 * the queue. Throws failures that tell Temporal whether to retry.
 */
export async function withHeartbeat<T>(
  signalsStart: boolean,
  work: (activity: ActivityRun) => Promise<T>,
): Promise<T> {
  const context = Context.current();
  const { attempt, heartbeatDetails } = context.info;
  const startedAt = Date.now();
  const spent = (heartbeatDetails as Heartbeat | undefined)?.spent ?? 0;
  let progress: Heartbeat = { points: 0, detail: null, downloaded: 0, failed: 0, spent };
  const heartbeat = setInterval(() => context.heartbeat(progress), HEARTBEAT_MS);
  const startSignal = signalsStart
    ? setTimeout(() => void signalStart(context, startedAt), attempt > 1 ? 0 : START_SIGNAL_DELAY_MS)
    : undefined;
  try {
    return await work({
      report: (more) => {
        progress = { ...progress, ...more };
      },
      signal: context.cancellationSignal,
      startedAt,
      attempt,
      lastAttempt: spent + 1 >= MAX_ATTEMPTS,
    });
  } catch (error) {
    const failure = toFailure(error, spent + 1, context);
    // The next attempt receives the details of the last heartbeat.
    if (failure instanceof ApplicationFailure && !waitedForPatiently.has(failure.type))
      context.heartbeat({ ...progress, spent: spent + 1 });
    throw failure;
  } finally {
    clearInterval(heartbeat);
    clearTimeout(startSignal);
  }
}

/** Does nothing when Temporal is unavailable: the next transition corrects the state. */
async function signalStart({ client, info }: Context, startedAt: number): Promise<void> {
  if (!info.workflowExecution) return;
  const { workflowId, runId } = info.workflowExecution;
  await client.workflow
    .getHandle(workflowId, runId)
    .signal('begun', startedAt)
    .catch(() => undefined);
}

/** `attempts`: those that count against the limit, with this one. */
function toFailure(
  error: unknown,
  attempts: number,
  { cancellationSignal, cancellationDetails, log }: Context,
): Error {
  if (cancellationSignal.aborted) {
    return cancellationDetails?.workerShutdown
      ? ApplicationFailure.retryable(
          'The worker was stopped; the activity starts again on another',
          'worker_stopped',
        )
      : new CancelledFailure('Cancelled');
  }
  const known = isDiskFull(error) ? workerDiskFull(error) : error;
  if (known instanceof DarkroomError) {
    const retryable = waitedForPatiently.has(known.code) || (known.retryable && attempts < MAX_ATTEMPTS);
    return createFailure(known.code, known.message, retryable, known);
  }
  log.error('An activity failed unexpectedly', { error });
  return createFailure('internal', catalogue.internal.title, attempts < MAX_ATTEMPTS_UNEXPECTED, error);
}

/** Details: those of the error, and whether the same job may succeed when it is run again. */
function createFailure(
  type: ErrorCode,
  message: string,
  retryable: boolean,
  error: unknown,
): ApplicationFailure {
  const details = [error instanceof DarkroomError ? error.details : null, catalogue[type].retryable];
  return ApplicationFailure.create({ type, message, nonRetryable: !retryable, details });
}
