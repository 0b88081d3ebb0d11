/** Continues a run whose history has become long in a new execution of the workflow. */
import { CancelledFailure, makeContinueAsNewFunc, workflowInfo } from '@temporalio/workflow';
import type { JobStatus, RunInput, RunTuning } from '../src/jobs/model/run-input.ts';
import type { ContinueAsNewState, JobContext } from './job-context.ts';

export function shouldContinueAsNew({ maxHistoryEvents, maxHistoryBytes }: RunTuning): boolean {
  const { historyLength, historySize, continueAsNewSuggested } = workflowInfo();
  return continueAsNewSuggested || historyLength > maxHistoryEvents || historySize > maxHistoryBytes;
}

/**
 * Ends this execution and starts the next, which continues the steps at `positions`. Search attributes stay as they are.
 *
 * @throws ContinueAsNew, or CancelledFailure when the job was cancelled while its last callbacks were delivered.
 */
export async function continueRun(
  { runInput, status, control, assetQueue, notifier }: JobContext,
  positions: ContinueAsNewState['positions'],
): Promise<never> {
  await notifier.flush();
  if (control.isCancelled) throw new CancelledFailure('Cancelled');
  const { published } = status;
  const { header, fingerprint, retention } = runInput;
  const continueAsNew = makeContinueAsNewFunc<
    (runInput: RunInput, resumeFrom: ContinueAsNewState) => Promise<JobStatus>
  >({ memo: { header, fingerprint, retention, ...published } });
  return continueAsNew(
    { ...runInput, chunks: assetQueue.chunks, awaiting: assetQueue.awaiting },
    { ...assetQueue.state, published, positions },
  );
}
