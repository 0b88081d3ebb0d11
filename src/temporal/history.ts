/** What Temporal's histories tell of a job beyond its memo. */
import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { RunInput } from '../jobs/model/run-input.ts';

/** What the latest run of a job was given; null when Temporal does not know it (any more). */
export async function firstOrder(
  { workflowService, options }: Client,
  workflowId: string,
): Promise<RunInput | null> {
  const { namespace } = options;
  const page = { namespace, execution: { workflowId }, maximumPageSize: 1 };
  const { history } = await workflowService.getWorkflowExecutionHistory(page);
  const payload = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
  return payload ? defaultPayloadConverter.fromPayload<RunInput>(payload) : null;
}

/** Why a workflow was terminated, in the words of whoever did it. */
export async function terminationReason(
  { workflowService, options }: Client,
  workflowId: string,
): Promise<string | null> {
  const { namespace } = options;
  const page = { namespace, execution: { workflowId }, maximumPageSize: 1 };
  const { history } = await workflowService.getWorkflowExecutionHistoryReverse(page);
  return history?.events?.[0]?.workflowExecutionTerminatedEventAttributes?.reason ?? null;
}

interface ExecutionId {
  readonly workflowId: string;
  readonly runId: string;
}

/** Executions that have ended under this id: earlier runs, and parts of runs with long histories. */
export const executionsOf = (client: Client, workflowId: string): Promise<ExecutionId[]> =>
  executionsLike(client, `WorkflowId = '${workflowId}' AND ExecutionStatus != 'Running'`);

/** Executions whose ids begin so, whether they have ended or not. */
export const executionsBelow = (client: Client, prefix: string): Promise<ExecutionId[]> =>
  executionsLike(client, `WorkflowId STARTS_WITH '${prefix}'`);

async function executionsLike({ workflowService, options }: Client, query: string): Promise<ExecutionId[]> {
  const found: ExecutionId[] = [];
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await workflowService.listWorkflowExecutions({
      namespace: options.namespace,
      query,
      pageSize: 1000,
      ...(nextPageToken ? { nextPageToken } : {}),
    });
    for (const { execution } of page.executions ?? []) {
      const { workflowId, runId } = execution ?? {};
      if (workflowId && runId) found.push({ workflowId, runId });
    }
    nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
  } while (nextPageToken);
  return found;
}
