/** Hands assets to a job that waits for them: an update of its workflow, which says whether it took them. */
import {
  type Client,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { catalogue, DarkroomError, type ErrorCode } from '../errors.ts';
import type { AssetsTaken, JobRef, MoreAssets } from '../jobs/order.ts';
import { workflowIdOf } from './attributes.ts';
import { isNotFound, tell } from './connection.ts';

/** A worker answers within milliseconds; the rest is for one that is just being replaced. */
const PATIENCE_MS = 8000;

/** See `JobEngine.addAssets`. */
export async function addAssets(
  client: Client,
  ref: JobRef,
  more: MoreAssets,
  requestId: string,
): Promise<AssetsTaken> {
  const handle = client.workflow.getHandle(workflowIdOf(ref));
  try {
    return await tell(client, PATIENCE_MS, () =>
      handle.executeUpdate<AssetsTaken, [MoreAssets]>('addAssets', { args: [more], updateId: requestId }),
    );
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || isNotFound(error))
      throw new DarkroomError('job_not_active', `Job "${ref.id}" has ended; it takes no more assets`);
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) throw noWorker(ref, error);
    if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure)
      throw refusal(error.cause);
    throw error;
  }
}

const noWorker = ({ id }: JobRef, cause: Error): DarkroomError =>
  new DarkroomError(
    'worker_unavailable',
    `No worker took the assets for job "${id}" so far. Send them again, with the same Idempotency-Key if you sent one; ` +
      'without, look at the total of the job first',
    { cause },
  );

function refusal({ type, message }: ApplicationFailure): DarkroomError {
  const code = type && Object.hasOwn(catalogue, type) ? (type as ErrorCode) : 'input_closed';
  return new DarkroomError(code, message);
}
