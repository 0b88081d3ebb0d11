/** Runs the work of an activity: sends heartbeats, signals its start, and translates errors for Temporal. */
import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { DarkroomError, type ErrorCode, errorCatalogue } from '../src/errors.ts';
import { isDiskFull, workerDiskFull } from '../src/lib/disk-full.ts';
import type { StepJournal } from './journal.ts';
import type { FailureInfo, Heartbeat, Loss, StepInput } from './types.ts';

/** Well below every heartbeat timeout. The status of a job may lag by this long. */
const HEARTBEAT_MS = 500;

/** A process whose timers are this late cannot tell that only its connection to Temporal was interrupted. */
const BLOCKED_MS = 5000;

/** A shorter activity ends before anyone could see that it had started. */
const START_SIGNAL_DELAY_MS = 500;

/** Attempts for retryable errors, such as a server that does not answer. Outages do not count. */
const MAX_ATTEMPTS = 5;

/** Attempts for unexpected errors: most likely bugs, which retries do not fix. */
const MAX_ATTEMPTS_UNEXPECTED = 3;

/** Passed to the work of an activity. */
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
  /** Last heartbeat details of the previous attempt; null in the first attempt. */
  readonly earlier: Heartbeat | null;
  log(message: string, fields: object): void;
}

/** The fields of an activity's input that `withHeartbeat` reads. */
interface ActivitySetup extends StepInput {
  readonly signalsStart?: boolean;
}

/**
 * Runs the work of an activity with a heartbeat beside it, and an entry in the journal. With `signalsStart`, signals the workflow that
 * the job has left the queue. Throws failures that tell Temporal whether to retry.
 */
export async function withHeartbeat<T>(
  journal: StepJournal,
  { signalsStart, earlier: lost }: ActivitySetup,
  work: (activity: ActivityRun) => Promise<T>,
): Promise<T> {
  const context = Context.current();
  const { info, log } = context;
  const losses = lost?.losses ?? 0;
  const attempt = info.attempt + losses;
  const earlier = (info.heartbeatDetails as Heartbeat | undefined) ?? lost?.progress ?? null;
  const startedAt = Date.now();
  const spent = earlier?.spent ?? 0;
  let progress: Heartbeat = { points: 0, detail: null, downloaded: 0, failed: 0, spent };
  let beatAt = startedAt;
  let wasBlocked = false;
  const heartbeat = setInterval(() => {
    wasBlocked ||= Date.now() - beatAt > BLOCKED_MS;
    beatAt = Date.now();
    context.heartbeat(progress);
  }, HEARTBEAT_MS);
  const startSignal = signalsStart
    ? setTimeout(
        () => void signalWorkflow(context, 'started', startedAt),
        attempt > 1 ? 0 : START_SIGNAL_DELAY_MS,
      )
    : undefined;
  const end = await journal.begin(info, losses);
  try {
    return await work({
      report: (more) => {
        progress = { ...progress, ...more };
      },
      signal: context.cancellationSignal,
      startedAt,
      attempt,
      lastAttempt: spent + 1 >= MAX_ATTEMPTS,
      earlier,
      log: (message, fields) => log.info(message, { ...fields }),
    });
  } catch (error) {
    if (context.cancellationDetails?.notFound && !wasBlocked)
      await signalWorkflow(context, 'outlived', info.activityId);
    const known = toDarkroomError(error, context);
    // The next attempt receives the details of the last heartbeat.
    if (known && known.kind !== 'outage') context.heartbeat({ ...progress, spent: spent + 1 });
    if (!known) throw new CancelledFailure('Cancelled');
    if (lossCodes.has(known.code)) throw toLoss(known, progress);
    throw toFailure(known, spent + 1 < maxAttempts(error));
  } finally {
    clearInterval(heartbeat);
    clearTimeout(startSignal);
    await end();
  }
}

/** Does nothing when Temporal is unavailable or the workflow has ended. */
async function signalWorkflow(
  { client, info }: Context,
  name: 'started' | 'outlived',
  argument: number | string,
): Promise<void> {
  if (!info.workflowExecution) return;
  const { workflowId, runId } = info.workflowExecution;
  await client.workflow
    .getHandle(workflowId, runId)
    .signal(name, argument)
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

/** An attempt that hung counts like one whose process died: the workflow decides what follows. */
const lossCodes: ReadonlySet<ErrorCode> = new Set(['worker_lost', 'stage_stalled']);

function toLoss(
  { code, kind, message, retryable, details }: DarkroomError,
  progress: Heartbeat,
): ApplicationFailure {
  const loss: Loss = { code, isBlamed: true, how: message, progress };
  const info: FailureInfo = { kind, retryable, details, loss };
  return ApplicationFailure.create({ type: code, message, nonRetryable: true, details: [info] });
}

function maxAttempts(error: unknown): number {
  if (!(error instanceof DarkroomError)) return MAX_ATTEMPTS_UNEXPECTED;
  return error.retryable ? MAX_ATTEMPTS : 1;
}
