/** Runs the work of an activity: sends heartbeats, signals its start, and translates errors for Temporal. */
import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { DarkroomError, type ErrorCode, errorCatalogue, isUserError } from '../src/errors.ts';
import type { LogMessage } from '../src/jobs/model/job-log.ts';
import { isDiskFull, workerDiskFull } from '../src/lib/disk-full.ts';
import type { ActivityRun } from './activity-run.ts';
import {
  describeFailure,
  describeLoss,
  describeSuccess,
  type LoggedInput,
  openAttemptLog,
} from './attempt-messages.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { HeartbeatTimer } from './heartbeat-timer.ts';
import type { ActivityJournal } from './journal.ts';
import { type LocalAttempts, Unfinished } from './local-attempts.ts';
import type { AttemptInput, FailureInfo, Heartbeat, LocalFailureInfo, Loss } from './types.ts';

/** A shorter activity ends before anyone could see that it had started. */
const START_SIGNAL_DELAY_MS = 500;

/** Attempts for retryable errors, such as a server that does not answer. Outages do not count. */
const MAX_ATTEMPTS = 5;

/** Attempts for unexpected errors: most likely bugs, which retries do not fix. */
const MAX_ATTEMPTS_UNEXPECTED = 3;

/** The fields of an activity's input that `withHeartbeat` reads. */
interface ActivitySetup extends AttemptInput, LoggedInput {
  readonly signalsStart?: boolean;
  /** Of a callback: a job may deliver several at once. */
  readonly seq?: number;
  readonly stage?: { readonly name: string; readonly capability: string };
}

interface Dependencies extends Pick<ActivityDependencies, 'logs' | 'durableStages'> {
  readonly journal: ActivityJournal;
  readonly localAttempts: LocalAttempts;
  /** Milliseconds between the first heartbeats. */
  readonly heartbeatMs: number;
}

/**
 * Runs the work of an activity with a heartbeat beside it, and an entry in the journal. With `signalsStart`, signals the workflow that
 * the job has left the queue. Throws failures that tell Temporal whether to retry.
 */
export async function withHeartbeat<T>(
  dependencies: Dependencies,
  setup: ActivitySetup,
  work: (activity: ActivityRun) => Promise<T>,
): Promise<T> {
  const { journal, localAttempts, durableStages, heartbeatMs: shortestMs } = dependencies;
  const context = Context.current();
  const { info, log } = context;
  const { signalsStart, earlier: lost, stage } = setup;
  const runId = info.workflowExecution?.runId ?? '';
  const key = `${runId}/${info.activityType}/${setup.seq ?? `${setup.step}/${stage?.name}`}`;
  if (info.isLocal) return runLocally(dependencies, setup, context, { key, runId }, work);
  localAttempts.endTask(runId);
  const losses = lost?.losses ?? 0;
  const attempt = info.attempt + (lost?.lost ?? 0) + (lost?.localFailures ?? 0);
  const earlier = (info.heartbeatDetails as Heartbeat | undefined) ?? lost?.progress ?? null;
  const startedAt = Date.now();
  const spent = earlier?.spent ?? 0;
  let progress: Heartbeat = { points: 0, detail: null, downloaded: 0, failed: 0, spent };
  const times = { shortestMs, timeoutMs: info.heartbeatTimeoutMs ?? null };
  const heartbeat = new HeartbeatTimer(times, () => context.heartbeat(progress));
  const startSignal = signalsStart
    ? setTimeout(
        () => void signalWorkflow(context, 'started', startedAt),
        attempt > 1 ? 0 : START_SIGNAL_DELAY_MS,
      )
    : undefined;
  const end = journal.begin(info, losses);
  const jobLog = openAttemptLog(dependencies, setup, info, attempt);
  if (lost && lost.lost > 0) jobLog?.add(describeLoss(attempt));
  try {
    const run: ActivityRun = {
      report: (more) => {
        progress = { ...progress, ...more };
      },
      signal: context.cancellationSignal,
      startedAt,
      scheduledAt: info.scheduledTimestampMs,
      attempt,
      lastAttempt: spent + 1 >= MAX_ATTEMPTS,
      earlier,
      log: (message, fields) => log.info(message, { ...fields }),
      record: (message) => jobLog?.add(message),
    };
    const finish = () => localAttempts.take<T>(key, run) ?? work(run);
    const result = await (stage ? durableStages.run(stage.capability, finish) : finish());
    addMessage(jobLog, describeSuccess(attempt));
    return result;
  } catch (error) {
    if (context.cancellationDetails?.notFound && !heartbeat.wasBlocked)
      await signalWorkflow(context, 'outlived', info.activityId);
    const known = toDarkroomError(error, context);
    // The next attempt receives the details of the last heartbeat.
    if (known && known.kind !== 'outage') context.heartbeat({ ...progress, spent: spent + 1 });
    if (!known) throw new CancelledFailure('Cancelled');
    const isLoss = lossCodes.has(known.code);
    const hasAttempts = spent + 1 < maxAttempts(error);
    const isLast = known.kind !== 'outage' && !isLoss && !hasAttempts;
    addMessage(jobLog, describeFailure(known, attempt, isLast));
    throw isLoss ? toLoss(known, progress) : toFailure(known, hasAttempts);
  } finally {
    heartbeat.stop();
    clearTimeout(startSignal);
    await jobLog?.close();
    end();
  }
}

const addMessage = (log: ReturnType<typeof openAttemptLog>, message: LogMessage | null): void => {
  if (message) log?.add(message);
};

/** Runs an attempt inside a workflow task, without heartbeats. Its failures tell the workflow whether the durable activity follows. */
async function runLocally<T>(
  dependencies: Dependencies,
  setup: ActivitySetup,
  context: Context,
  { key, runId }: { readonly key: string; readonly runId: string },
  work: (activity: ActivityRun) => Promise<T>,
): Promise<T> {
  const { journal, localAttempts, durableStages } = dependencies;
  const { stage } = setup;
  const { info, log, cancellationSignal: signal } = context;
  const mayTryStage = localAttempts.beginInTask(runId);
  if (stage && !mayTryStage) throw toUnfinished('The workflow task takes long already', null);
  const refusal = stage ? durableStages.refuseLocal(stage.capability) : null;
  if (refusal !== null) throw toUnfinished(refusal, null);
  if (journal.hasLost(info)) throw toUnfinished('The worker died in a local attempt', null);
  let progress: Partial<Heartbeat> = {};
  const end = journal.begin(info, 0);
  const jobLog = openAttemptLog(dependencies, setup, info, 1);
  try {
    return await localAttempts.run(
      key,
      {
        signal,
        startedAt: Date.now(),
        log: (message, fields) => log.info(message, { ...fields }),
        record: (message) => jobLog?.add(message),
        report: (more) => {
          progress = { ...progress, ...more };
        },
      },
      work,
    );
  } catch (error) {
    if (error instanceof Unfinished) throw toUnfinished(error.message, null);
    const known = toDarkroomError(error, context);
    // The worker stops, or the workflow was cancelled, which then does not begin the activity.
    if (!known) throw toUnfinished('The local attempt was stopped', null);
    if (known.kind !== 'outage' && maxAttempts(error) === 1) throw toFailure(known, false);
    addMessage(jobLog, describeFailure(known, 1, false));
    const spent = known.kind === 'outage' ? 0 : 1;
    throw toUnfinished(known.message, {
      points: 0,
      detail: null,
      downloaded: 0,
      failed: 0,
      ...progress,
      spent,
    });
  } finally {
    await jobLog?.close();
    end();
  }
}

/** `progress`: of an attempt that failed and counts; null when nothing failed. */
function toUnfinished(message: string, progress: Heartbeat | null): ApplicationFailure {
  const info: LocalFailureInfo = { progress };
  // The durable activity follows, which fails for itself.
  return ApplicationFailure.create({ type: 'unfinished', message, details: [info], category: 'BENIGN' });
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
  { code: type, kind, message, retryable, details, retryAfterMs }: DarkroomError,
  hasAttempts: boolean,
): ApplicationFailure {
  const info: FailureInfo = { kind, retryable, details };
  const nonRetryable = kind !== 'outage' && !hasAttempts;
  // Temporal's logs and metrics do not count a benign failure as an error.
  const category = isUserError(kind) || type === 'result_awaited' ? 'BENIGN' : undefined;
  const nextRetryDelay = retryAfterMs ?? undefined;
  return ApplicationFailure.create({
    type,
    message,
    nonRetryable,
    details: [info],
    category,
    nextRetryDelay,
  });
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
