/** How a job ended, told from what was thrown. */
import { TimeoutType } from '@temporalio/common';
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ContinueAsNew,
  isCancellation,
  TemporalFailure,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { FailureInfo } from '../activities/types.ts';
import type { JobError } from '../src/jobs/model/job.ts';
import type { JobStatus } from '../src/jobs/model/run-input.ts';
import type { TerminalState } from '../src/jobs/model/states.ts';
import type { Control } from './control.ts';

export interface Ending {
  readonly state: TerminalState;
  readonly error: JobError | null;
}

export const completed: Ending = { state: 'completed', error: null };

/**
 * Rethrows what is no end: a new execution of the same run, and a mistake in the workflow's code, whose task Temporal
 * repeats until the code is mergeCheckpoint.
 */
export function endingOf(error: unknown, control: Pick<Control, 'cancelled' | 'reason'>): Ending {
  if (error instanceof ContinueAsNew) throw error;
  // A step that was told to stop may also fail, or fall silent; the job was cancelled all the same.
  if (isCancellation(error) || (control.cancelled() && error instanceof ActivityFailure)) {
    const reason = control.reason();
    const message = reason ? `The job was cancelled: ${reason}` : 'The job was cancelled';
    return { state: 'cancelled', error: { code: 'cancelled', message, retryable: false, details: null } };
  }
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) return { state: 'failed', error: fromApplication(cause) };
  if (cause instanceof TimeoutFailure) return { state: 'failed', error: fromTimeout(cause) };
  if (error instanceof TemporalFailure) {
    const message = 'The job failed in a way that darkroom did not foresee';
    return { state: 'failed', error: { code: 'internal', message, retryable: false, details: null } };
  }
  throw error;
}

function fromApplication(failure: ApplicationFailure): JobError {
  const { retryable = false, details = null } = readFailureInfo(failure);
  return { code: failure.type ?? 'internal', message: failure.message, retryable, details };
}

/** What an activity says about its failure; nothing for a failure that the workflow itself made. */
export const readFailureInfo = ({ details }: ApplicationFailure): Partial<FailureInfo> =>
  (details?.[0] as FailureInfo | undefined) ?? {};

function fromTimeout(failure: TimeoutFailure): JobError {
  const lost = failure.timeoutType === TimeoutType.HEARTBEAT;
  return {
    code: lost ? 'worker_lost' : 'stage_timeout',
    message: lost
      ? 'The worker stopped answering in the middle of a step, at every attempt; the step may need more memory than it has'
      : 'A step ran longer than it may',
    retryable: false,
    details: null,
  };
}

/** Makes the workflow end in Temporal as the job ended: completed, failed or cancelled. */
export function closeAs({ state, error }: Pick<JobStatus, 'state' | 'error'>): void {
  if (state === 'cancelled') throw new CancelledFailure(error?.message ?? 'cancelled');
  if (state === 'failed' && error) {
    throw ApplicationFailure.create({ type: error.code, message: error.message, nonRetryable: true });
  }
}
