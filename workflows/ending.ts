/** How a job ends, by the error that ended its work. */
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ContinueAsNew,
  isCancellation,
  TemporalFailure,
} from '@temporalio/workflow';
import type { FailureInfo } from '../activities/types.ts';
import { type ErrorCode, errorCatalogue, isErrorCode, isUserError } from '../src/errors.ts';
import type { JobError } from '../src/jobs/model/job.ts';
import type { JobStatus } from '../src/jobs/model/run-input.ts';
import type { TerminalState } from '../src/jobs/model/states.ts';
import type { JobControl } from './job-control.ts';

export interface Ending {
  readonly state: TerminalState;
  readonly error: JobError | null;
}

export const completed: Ending = { state: 'completed', error: null };

/**
 * Turns the error that ended the work of a job into its ending.
 *
 * @throws `error` itself when it ends no job: a run that continues as new, or a bug of the workflow, whose task Temporal retries until
 * the bug is fixed.
 */
export function toEnding(error: unknown, control: Pick<JobControl, 'isCancelled' | 'cancelReason'>): Ending {
  if (error instanceof ContinueAsNew) throw error;
  // An activity that is cancelled may also fail or stop answering. The job was cancelled all the same.
  if (isCancellation(error) || (control.isCancelled && error instanceof TemporalFailure)) {
    const reason = control.cancelReason;
    const message = reason ? `The job was cancelled: ${reason}` : 'The job was cancelled';
    return { state: 'cancelled', error: permanentError('cancelled', message) };
  }
  const cause = readCause(error);
  if (cause instanceof ApplicationFailure) return { state: 'failed', error: fromApplicationFailure(cause) };
  if (error instanceof TemporalFailure)
    return { state: 'failed', error: permanentError('internal', 'The job failed with an unexpected error') };
  throw error;
}

/** The failure of a local activity comes as it is, that of an activity as a cause. */
export const readCause = (error: unknown): unknown =>
  error instanceof ActivityFailure ? error.cause : error;

const permanentError = (code: ErrorCode, message: string): JobError => ({
  code,
  message,
  retryable: false,
  details: null,
});

function fromApplicationFailure(failure: ApplicationFailure): JobError {
  const { retryable = false, details = null } = readFailureInfo(failure);
  return { code: failure.type ?? 'internal', message: failure.message, retryable, details };
}

/** What an activity says about its failure. Empty for a failure that the workflow made. */
export const readFailureInfo = ({ details }: ApplicationFailure): Partial<FailureInfo> =>
  (details?.[0] as FailureInfo | undefined) ?? {};

/**
 * Makes the workflow end in Temporal as its job ended. Returns when the job completed.
 *
 * @throws CancelledFailure, or ApplicationFailure with the code of the job's error as type.
 */
export function closeWorkflowAs({ state, error }: Pick<JobStatus, 'state' | 'error'>): void {
  if (state === 'cancelled') throw new CancelledFailure(error?.message ?? 'cancelled');
  if (state === 'failed' && error)
    throw ApplicationFailure.create({
      type: error.code,
      message: error.message,
      nonRetryable: true,
      category:
        isErrorCode(error.code) && isUserError(errorCatalogue[error.code].kind) ? 'BENIGN' : undefined,
    });
}
