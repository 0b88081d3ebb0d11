/** What all activities share: heartbeat, the signal that the job is out of the queue, and errors that Temporal understands. */
import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { DarkroomError, errorCatalogue } from '../src/errors.ts';
import { isDiskFull, workerDiskFull } from '../src/lib/disk-full.ts';
import type { FailureInfo, Heartbeat } from './types.ts';

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
    const known = toDarkroomError(error, context);
    // The next attempt receives the last heartbeat.
    if (known && known.kind !== 'outage') context.heartbeat({ ...progress, spent: spent + 1 });
    throw known ? toFailure(known, spent + 1 < maxAttempts(error)) : new CancelledFailure('Cancelled');
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

/** The error as the catalogue knows it; null when the activity was cancelled. */
function toDarkroomError(
  error: unknown,
  { cancellationSignal, cancellationDetails, log }: Context,
): DarkroomError | null {
  if (cancellationSignal.aborted) {
    if (!cancellationDetails?.workerShutdown) return null;
    return new DarkroomError(
      'worker_stopped',
      'The worker was stopped; the activity starts again on another',
    );
  }
  if (isDiskFull(error)) return workerDiskFull(error);
  if (error instanceof DarkroomError) return error;
  log.error('An activity failed with an unexpected error', { error });
  return new DarkroomError('internal', errorCatalogue.internal.title, { cause: error });
}

/** Decides whether Temporal tries again, and gives the workflow the code, the public message and the details. */
function toFailure(error: DarkroomError, hasAttempts: boolean): ApplicationFailure {
  const { code: type, kind, message, retryable, details } = error;
  const info: FailureInfo = { kind, retryable, details };
  return ApplicationFailure.create({
    type,
    message,
    nonRetryable: kind !== 'outage' && !hasAttempts,
    details: [info],
  });
}

function maxAttempts(error: unknown): number {
  if (!(error instanceof DarkroomError)) return ATTEMPTS_UNFORESEEN;
  return error.retryable ? ATTEMPTS : 1;
}
