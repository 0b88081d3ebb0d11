/** A run whose history has become long goes on in a new execution of the workflow, which begins where this one stops. */
import { CancelledFailure, makeContinueAsNewFunc, workflowInfo } from '@temporalio/workflow';
import type { JobStatus, RunInput } from '../src/jobs/model/run-input.ts';
import type { Progress } from './asset-queue.ts';
import type { Job } from './job.ts';
import type { Published } from './job-status.ts';

/** Temporal's own advice comes at about the same size; its limits are 51,200 events and 50 MB. */
const MAX_EVENTS = 4000;
const MAX_BYTES = 2 * 1024 * 1024;

export function shouldContinueAsNew(): boolean {
  const { historyLength, historySize, continueAsNewSuggested } = workflowInfo();
  return continueAsNewSuggested || historyLength > MAX_EVENTS || historySize > MAX_BYTES;
}

/** Where the next execution begins. Nothing is in flight at that moment. */
export interface ContinueAsNewState extends Progress {
  readonly published: Published;
  /** The stage to go on with, and how many of its parts are done; null while assets are being fetched. */
  readonly stage: { readonly index: number; readonly done: number } | null;
}

/** Throws, always: what the SDK takes for the end of this execution, or that the job was cancelled at the last moment. */
export async function continueRun(
  { runInput, status, control, assetQueue, notifier }: Job,
  stage: ContinueAsNewState['stage'],
): Promise<never> {
  await notifier.done();
  if (control.cancelled()) throw new CancelledFailure('Cancelled');
  const { published } = status;
  const { header, fingerprint } = runInput;
  // Search attributes stay as they are.
  const goOn = makeContinueAsNewFunc<
    (runInput: RunInput, resumeFrom: ContinueAsNewState) => Promise<JobStatus>
  >({
    memo: { header, fingerprint, ...published },
  });
  const rest = { ...runInput, chunks: assetQueue.chunks, awaiting: assetQueue.awaiting };
  return goOn(rest, { published, stage, ...assetQueue.progress });
}
