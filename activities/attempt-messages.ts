/** What the log of a job says about the attempts at its activities. */
import { hostname } from 'node:os';
import type { DarkroomError } from '../src/errors.ts';
import type { LogMessage, LogSegment } from '../src/jobs/model/job-log.ts';
import { type RunInput, type RunRef, toRunRef } from '../src/jobs/model/run-input.ts';
import { AttemptLog } from './attempt-log.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** The fields of an activity's input that say what the activity does. */
export interface LoggedInput {
  readonly job?: RunRef;
  readonly runInput?: RunInput;
  readonly step?: string | null;
  readonly stage?: { readonly name: string };
  readonly batch?: { readonly index: number } | null;
}

const kinds: Readonly<Record<string, LogSegment['activity'] | undefined>> = {
  download: 'download',
  collectInputs: 'inputs',
  runStage: 'stage',
  packageJob: 'package',
};

/** As Temporal names workers. */
const worker = `${process.pid}@${hostname()}`;

/** Opens the log of an attempt. Null for a callback: the list of deliveries has its attempts. */
export function openAttemptLog(
  { logs }: Pick<ActivityDependencies, 'logs'>,
  { job, runInput, step = null, stage, batch = null }: LoggedInput,
  { activityType, activityId }: { readonly activityType: string; readonly activityId: string },
  attempt: number,
): AttemptLog | null {
  const activity = kinds[activityType];
  const run = job ?? (runInput && toRunRef(runInput));
  if (activity === undefined || run === undefined) return null;
  const part = { activity, step, stage: stage?.name ?? null, batch: batch?.index ?? null, attempt };
  const began_at = new Date().toISOString();
  return new AttemptLog(logs, { job: run, activityId, ...part, began_at, worker });
}

export const describeLoss = (attempt: number): LogMessage => ({
  level: 'warning',
  type: 'lost',
  code: 'worker_lost',
  message: `An attempt was lost with its worker. Attempt ${attempt} begins`,
});

/** The message for an attempt that completed; null for a first one. */
export const describeSuccess = (attempt: number): LogMessage | null =>
  attempt === 1
    ? null
    : { level: 'info', type: 'attempt', code: null, message: `Attempt ${attempt} completed` };

/**
 * The message for a failed attempt; null when it needs none. The error of the job says why an only attempt failed. An attempt that
 * only waits its turn is shown as pending.
 */
export function describeFailure(
  { code, kind, message }: DarkroomError,
  attempt: number,
  isLast: boolean,
): LogMessage | null {
  if ((isLast && attempt === 1) || code === 'downloads_busy') return null;
  const how = kind === 'outage' ? 'was interrupted' : 'failed';
  return {
    level: isLast ? 'error' : 'warning',
    type: 'attempt',
    code,
    message: `Attempt ${attempt} ${how}: ${message}. ${isLast ? 'It was the last one' : 'Another one follows'}`,
  };
}
