/** What all activities share: heartbeat, the signal that the job is out of the queue, and errors that Temporal understands. */
import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { catalogue, DarkroomError, type ErrorCode } from '../src/errors.ts';
import { isDiskFull, workerDiskFull } from '../src/lib/disk-full.ts';
import type { Heartbeat } from './types.ts';

/** Well below the heartbeat timeout of 10 s, and no slower than a status may lag. */
const HEARTBEAT_MS = 500;

/** A step that takes less is over before anyone could see that it had begun. */
const ANNOUNCE_AFTER_MS = 500;

/**
 * Attempts for errors that may pass, such as a server that does not answer. Without end for our own store and disks: attempts that
 * these have spoilt do not count.
 */
const ATTEMPTS = 5;

/** Attempts when something unforeseen was thrown: most likely a bug, which does not go away. */
const ATTEMPTS_UNFORESEEN = 3;

/** Types of failures. */
const waitedForPatiently = new Set<string | null | undefined>([
  'store_unavailable',
  'disk_full',
  'temporal_unavailable',
  'master_key_missing',
  'worker_stopped',
]);

export interface ActivityRun {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Merged into what the next heartbeat carries. */
  report(progress: Partial<Heartbeat>): void;
  readonly signal: AbortSignal;
  /** From 1. */
  readonly attempt: number;
  /** Whether an error of this kind will be tried again after this attempt. */
  readonly lastAttempt: boolean;
}

/** Runs an activity's work with a heartbeat beside it. */
export async function withHeartbeat<T>(
  announce: boolean,
  work: (activity: ActivityRun) => Promise<T>,
): Promise<T> {
  const context = Context.current();
  const startedAt = Date.now();
  const spent = (context.info.heartbeatDetails as Heartbeat | undefined)?.spent ?? 0;
  let progress: Heartbeat = { points: 0, detail: null, downloaded: 0, failed: 0, spent };
  const beat = setInterval(() => context.heartbeat(progress), HEARTBEAT_MS);
  const announcement = announce
    ? setTimeout(() => void sayBegun(context, startedAt), context.info.attempt > 1 ? 0 : ANNOUNCE_AFTER_MS)
    : undefined;
  const { attempt } = context.info;
  try {
    return await work({
      report: (more) => {
        progress = { ...progress, ...more };
      },
      signal: context.cancellationSignal,
      startedAt,
      attempt,
      lastAttempt: spent + 1 >= ATTEMPTS,
    });
  } catch (error) {
    const failed = toFailure(error, spent + 1, context);
    // The next attempt is given what was heard last.
    if (failed instanceof ApplicationFailure && !waitedForPatiently.has(failed.type))
      context.heartbeat({ ...progress, spent: spent + 1 });
    throw failed;
  } finally {
    clearInterval(beat);
    clearTimeout(announcement);
  }
}

/** Lost when Temporal is away at this moment; then the state turns right with the next transition. */
async function sayBegun({ client, info }: Context, startedAt: number): Promise<void> {
  if (!info.workflowExecution) return;
  const { workflowId, runId } = info.workflowExecution;
  await client.workflow
    .getHandle(workflowId, runId)
    .signal('begun', startedAt)
    .catch(() => undefined);
}

/** Says whether Temporal should try again, and gives the workflow the code, the public message and the details. */
function toFailure(
  error: unknown,
  attempts: number,
  { cancellationSignal, cancellationDetails, log }: Context,
): Error {
  if (cancellationSignal.aborted) {
    if (cancellationDetails?.workerShutdown) {
      return ApplicationFailure.retryable(
        'The worker was stopped; the step starts again on another',
        'worker_stopped',
      );
    }
    return new CancelledFailure('Cancelled');
  }
  const known = isDiskFull(error) ? workerDiskFull(error) : error;
  if (known instanceof DarkroomError) {
    const retryable = waitedForPatiently.has(known.code) || (known.retryable && attempts < ATTEMPTS);
    return failure(known.code, known.message, retryable, known);
  }
  log.error('An activity failed in an unforeseen way', { error });
  return failure('internal', catalogue.internal.title, attempts < ATTEMPTS_UNFORESEEN, error);
}

/** Details: what the error says of itself, and whether the same job may succeed another time. */
function failure(type: ErrorCode, message: string, tryAgain: boolean, error: unknown): ApplicationFailure {
  const details = [error instanceof DarkroomError ? error.details : null, catalogue[type].retryable];
  return ApplicationFailure.create({ type, message, nonRetryable: !tryAgain, details });
}
