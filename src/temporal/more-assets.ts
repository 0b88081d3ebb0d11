/** Hands assets to a job that waits for them: an update of its workflow, which says whether it took them. */
import {
  type Client,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { DarkroomError, isErrorCode } from '../errors.ts';
import type { AssetsTaken, JobRef, MoreAssets } from '../jobs/model/run-input.ts';
import { grpcCode, isNotFound, readCall, writeCall } from './connection.ts';
import { workflowIdOf } from './names.ts';

/** A worker answers within milliseconds. If it was killed, Temporal gives its tasks to another one after 10 s. */
const UPDATE_TIMEOUT_MS = 12_000;
const READ_MS = 2000;
/** A status code of gRPC. */
const FAILED_PRECONDITION = 9;

/** See `JobRuntime.addAssets`. */
export async function addAssets(
  client: Client,
  ref: JobRef,
  more: MoreAssets,
  requestId: string,
): Promise<AssetsTaken> {
  const handle = client.workflow.getHandle(workflowIdOf(ref));
  const update = { args: [more] as [MoreAssets], updateId: requestId };
  try {
    const taken = await writeCall(client, UPDATE_TIMEOUT_MS, () =>
      // A missing worker must not count as an outage of Temporal.
      handle.executeUpdate<AssetsTaken, [MoreAssets]>('addAssets', update).catch(nullIfNobodyAnswered),
    );
    if (taken) return taken;
    await readCall(client, READ_MS, () => handle.describe());
    throw noWorker(ref);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || isNotFound(error))
      throw new DarkroomError('input_closed', `Job "${ref.id}" has ended; it takes no more assets`);
    if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure)
      throw toDarkroomError(error.cause);
    throw error;
  }
}

/** A workflow task that failed, which Temporal repeats, is no answer either. */
function nullIfNobodyAnswered(error: unknown): null {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return null;
  if (grpcCode(error) === FAILED_PRECONDITION) return null;
  throw error;
}

const noWorker = ({ id }: JobRef): DarkroomError =>
  new DarkroomError(
    'worker_unavailable',
    `No worker took the assets for job "${id}" so far. Send them again, with the same Idempotency-Key if you sent one; ` +
      'without, look at the total of the job first',
  );

const toDarkroomError = ({ type, message }: ApplicationFailure): DarkroomError =>
  new DarkroomError(isErrorCode(type) ? type : 'input_closed', message);
