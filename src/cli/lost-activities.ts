/** Fails activities whose worker died, so that they need not wait for their heartbeat timeout. */
import { ActivityNotFoundError, type Client, WorkflowNotFoundError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { LostActivity } from '../../activities/journal.ts';
import type { FailureInfo, Heartbeat, JobActivities, Loss } from '../../activities/types.ts';
import { type ErrorCode, errorCatalogue } from '../errors.ts';
import { readHeartbeat } from '../temporal/snapshot.ts';

/** Activities whose workflow decides what follows from a loss. Temporal retries others. */
const jobActivities = new Set<string>([
  'download',
  'collectInputs',
  'runStage',
  'packageJob',
] satisfies (keyof JobActivities)[]);

/**
 * Temporal may have missed the heartbeats of the activity already, and its workflow blames it for that. If it is not to blame,
 * this withdraws the blame. Does nothing if the workflow has ended.
 *
 * @throws An error of Temporal's client when Temporal does not answer.
 */
export async function failLostActivity(client: Client, lost: LostActivity): Promise<void> {
  const type: ErrorCode = 'worker_lost';
  const loss: Loss = {
    code: type,
    isBlamed: lost.isBlamed,
    how: lost.beside === 0 ? 'its worker died' : `its worker died, with ${lost.beside} other activities`,
    progress: await readProgress(client, lost),
  };
  const info: FailureInfo = { kind: errorCatalogue[type].kind, retryable: false, details: null, loss };
  const failure = ApplicationFailure.create({
    type,
    message: 'The worker died; the activity starts again',
    nonRetryable: jobActivities.has(lost.type),
    details: [info],
  });
  await client.activity.fail(Buffer.from(lost.taskToken, 'base64'), failure).catch(async (error: unknown) => {
    if (!(error instanceof ActivityNotFoundError)) throw error;
    if (!lost.isBlamed) await withdrawBlame(client, lost);
  });
}

async function withdrawBlame(client: Client, { workflowId, runId, activityId }: LostActivity): Promise<void> {
  if (workflowId === null || runId === null) return;
  const execution = client.workflow.getHandle(workflowId, runId);
  await execution.signal('outlived', activityId).catch((error: unknown) => {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  });
}

/** The progress that the activity reported last; null when Temporal does not know it. */
async function readProgress(
  client: Client,
  { workflowId, activityId }: LostActivity,
): Promise<Heartbeat | null> {
  if (workflowId === null) return null;
  const description = await client.workflow
    .getHandle(workflowId)
    .describe()
    .catch(() => null);
  return description && readHeartbeat(client, description.raw, activityId);
}
