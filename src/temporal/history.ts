/** What the histories of a job in Temporal contain beyond its memo. */
import type { Client } from '@temporalio/client';
import type { RunInput } from '../jobs/model/run-input.ts';
import { decodePayload } from './payloads.ts';

/** Reads the input of the latest run of a job; null when Temporal does not know the job, or no longer. */
export async function readRunInput(client: Client, workflowId: string): Promise<RunInput | null> {
  const { workflowService, options } = client;
  const { namespace } = options;
  const page = { namespace, execution: { workflowId }, maximumPageSize: 1 };
  const { history } = await workflowService.getWorkflowExecutionHistory(page);
  const payload = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
  return payload ? decodePayload<RunInput>(client, payload) : null;
}

/** Reads the reason that was given when a workflow was terminated. */
export async function readTerminationReason(
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

/** Executions with this id that have ended: earlier runs, and earlier parts of runs that continued as new. */
export const listEndedExecutions = (client: Client, workflowId: string): Promise<ExecutionId[]> =>
  listExecutions(client, `WorkflowId = '${workflowId}' AND ExecutionStatus != 'Running'`);

/** Executions whose workflow ids start with this prefix, whether they have ended or not. */
export const listExecutionsBelow = (client: Client, prefix: string): Promise<ExecutionId[]> =>
  listExecutions(client, `WorkflowId STARTS_WITH '${prefix}'`);

async function listExecutions({ workflowService, options }: Client, query: string): Promise<ExecutionId[]> {
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
