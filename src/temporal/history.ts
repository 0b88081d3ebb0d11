/** What Temporal's histories tell of a job beyond its memo. */
import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { JobOrder } from '../jobs/order.ts';

/** What the latest run of a job was given; null when Temporal does not know it (any more). */
export async function firstOrder(
  { workflowService, options }: Client,
  workflowId: string,
): Promise<JobOrder | null> {
  const { namespace } = options;
  const page = { namespace, execution: { workflowId }, maximumPageSize: 1 };
  const { history } = await workflowService.getWorkflowExecutionHistory(page);
  const payload = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
  return payload ? defaultPayloadConverter.fromPayload<JobOrder>(payload) : null;
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

/** Executions that have ended under this id: earlier runs, and parts of runs with long histories. */
export async function executionsOf(
  { workflowService, options }: Client,
  workflowId: string,
): Promise<{ workflowId: string; runId: string }[]> {
  const query = `WorkflowId = '${workflowId}' AND ExecutionStatus != 'Running'`;
  const { executions } = await workflowService.listWorkflowExecutions({
    namespace: options.namespace,
    query,
    pageSize: 1000,
  });
  return (executions ?? []).flatMap(({ execution }) =>
    execution?.runId ? [{ workflowId, runId: execution.runId }] : [],
  );
}
