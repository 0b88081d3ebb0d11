/** Replays of the histories of a namespace on the workflows of this build. */
import { type Client, type HistoryAndWorkflowId, WorkflowNotFoundError } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { type SdkExtensions, workflowOptions } from './worker.ts';

/** Of workflows/index.ts. */
const TYPES = "WorkflowType IN ('processJob', 'deliverCallback', 'deleteExpired')";

export interface Replay {
  readonly workflowId: string;
  readonly runId: string;
  readonly isRunning: boolean;
  /** Null when the workflow replays. */
  readonly error: Error | null;
}

/**
 * Replays the histories of all running workflows, and of those that ended last.
 *
 * @param extensions - Those of the client.
 * @param maxEnded - Ended workflows at most.
 * @throws An error of Temporal's client when Temporal does not answer.
 */
export async function* replayNamespace(
  client: Client,
  extensions: SdkExtensions,
  maxEnded: number,
): AsyncIterable<Replay> {
  const running = new Set<string>();
  async function* histories(): AsyncIterable<HistoryAndWorkflowId> {
    for (const isRunning of [true, false]) {
      let left = isRunning ? Number.POSITIVE_INFINITY : maxEnded;
      const query = `${TYPES} AND ExecutionStatus ${isRunning ? '=' : '!='} 'Running'`;
      for await (const { workflowId, runId } of client.workflow.list({ query })) {
        if (left-- <= 0) break;
        const history = await client.workflow
          .getHandle(workflowId, runId)
          .fetchHistory()
          .catch(ignoreDeleted);
        if (history === null) continue;
        if (isRunning) running.add(runId);
        yield { workflowId, history };
      }
    }
  }
  for await (const { workflowId, runId, error } of Worker.runReplayHistories(
    workflowOptions(extensions),
    histories(),
  ))
    yield { workflowId, runId, isRunning: running.has(runId), error: error ?? null };
}

/** Temporal deletes the histories of ended workflows after a time. */
function ignoreDeleted(error: unknown): null {
  if (error instanceof WorkflowNotFoundError) return null;
  throw error;
}
