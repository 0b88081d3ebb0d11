/** Runs the work of an activity: sends heartbeats, signals its start, and translates errors for Temporal. */
import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { DarkroomError, errorCatalogue } from '../src/errors.ts';
import { isDiskFull, workerDiskFull } from '../src/lib/disk-full.ts';
import type { FailureInfo, Heartbeat } from './types.ts';

/** Well below the heartbeat timeout of 10 s. The status of a job may lag by this long. */
const HEARTBEAT_MS = 500;

/** A shorter activity ends before anyone could see that it had started. */
const START_SIGNAL_DELAY_MS = 500;

/** Attempts for retryable errors, such as a server that does not answer. Outages do not count. */
const MAX_ATTEMPTS = 5;

/** Attempts for unexpected errors: most likely bugs, which retries do not fix. */
const MAX_ATTEMPTS_UNEXPECTED = 3;

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
    const known = toDarkroomError(error, context);
    // The next attempt receives the details of the last heartbeat.
    if (known && known.kind !== 'outage') context.heartbeat({ ...progress, spent: spent + 1 });
    throw known ? toFailure(known, spent + 1 < maxAttempts(error)) : new CancelledFailure('Cancelled');
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
    .signal('started', startedAt)
    .catch(() => undefined);
}

/** Null when the activity was cancelled. */
function toDarkroomError(
  error: unknown,
  { cancellationSignal, cancellationDetails, log }: Context,
): DarkroomError | null {
  if (cancellationSignal.aborted) {
    if (!cancellationDetails?.workerShutdown) return null;
    const message = 'The worker was stopped; the activity starts again on another';
    return new DarkroomError('worker_stopped', message);
  }
  if (isDiskFull(error)) return workerDiskFull(error);
  if (error instanceof DarkroomError) return error;
  log.error('An activity failed with an unexpected error', { error });
  return new DarkroomError('internal', errorCatalogue.internal.title, { cause: error });
}

/** `hasAttempts`: whether Temporal may retry an error that is not an outage. Outages are retried without limit. */
function toFailure(
  { code: type, kind, message, retryable, details }: DarkroomError,
  hasAttempts: boolean,
): ApplicationFailure {
  const info: FailureInfo = { kind, retryable, details };
  const nonRetryable = kind !== 'outage' && !hasAttempts;
  return ApplicationFailure.create({ type, message, nonRetryable, details: [info] });
}

function maxAttempts(error: unknown): number {
  if (!(error instanceof DarkroomError)) return MAX_ATTEMPTS_UNEXPECTED;
  return error.retryable ? MAX_ATTEMPTS : 1;
}
