/** A look into the Temporal server of a darkroom under test. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { RetentionReport } from '../../src/jobs/lifecycle/retention.ts';
import { createClient, embeddedTarget } from '../../src/temporal/connection.ts';
import { listEndedExecutions } from '../../src/temporal/history.ts';
import { queueOf } from '../../src/temporal/names.ts';
import { queueStates } from '../../src/temporal/queues.ts';
import { RETENTION_SCHEDULE } from '../../src/temporal/schedule.ts';
import { findNamespace, JOB_TIMEOUT_MS, sleep } from './server.ts';

/** Close its connection when done. */
export async function temporalOf({ dataDir }: { dataDir: string }): Promise<Client> {
  const shared = await findNamespace(dataDir);
  if (shared) return createClient(shared);
  const { address } = JSON.parse(await readFile(join(dataDir, 'temporal.pid'), 'utf8')) as {
    address: string;
  };
  return createClient(embeddedTarget(address));
}

/** Activities in the task queue of a capability. A pending activity gets there a moment after its workflow has scheduled it. */
export async function countWaiting(client: Client, capability: string): Promise<number> {
  const queues = await queueStates(client, [capability]);
  return (
    queues.find(({ name, taskType }) => taskType === 'activity' && name === queueOf(capability))?.waiting ?? 0
  );
}

export interface Execution {
  readonly runId: string;
  /** Temporal's word: COMPLETED, CONTINUED_AS_NEW, … */
  readonly status: string;
  readonly events: number;
  readonly bytes: number;
  readonly searchAttributes: Record<string, unknown>;
}

/** All executions of a job of tenant `public` that have ended, the first one first. */
export async function executions(client: Client, id: string): Promise<Execution[]> {
  const workflowId = `job/public/${id}`;
  const found = await listEndedExecutions(client, workflowId);
  const described = await Promise.all(
    found.map(({ runId }) => client.workflow.getHandle(workflowId, runId).describe()),
  );
  return described
    .sort((a, b) => a.startTime.getTime() - b.startTime.getTime())
    .map(({ runId, status, historyLength, historySize, searchAttributes }) => ({
      runId,
      status: status.name,
      events: historyLength,
      bytes: historySize ?? 0,
      searchAttributes,
    }));
}

/** The value of a search attribute with which an execution of a job of tenant `public` started. */
export async function firstSearchAttribute(
  client: Client,
  id: string,
  runId: string,
  name: string,
): Promise<unknown> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId: `job/public/${id}`, runId },
    maximumPageSize: 1,
  });
  const started = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
  const value = started?.searchAttributes?.indexedFields?.[name]?.data;
  if (!value) throw new Error(`Execution ${runId} of ${id} started without ${name}`);
  const parsed: unknown = JSON.parse(Buffer.from(value).toString());
  return Array.isArray(parsed) ? parsed[0] : parsed;
}

/** Lets the retention run now, rather than within the hour. Resolves with what it did. */
export async function deleteExpired(darkroom: { dataDir: string }): Promise<RetentionReport> {
  const client = await temporalOf(darkroom);
  try {
    const handle = client.schedule.getHandle(RETENTION_SCHEDULE);
    const before = (await handle.describe()).info.numActionsTaken;
    await handle.trigger();
    for (const deadline = Date.now() + JOB_TIMEOUT_MS; Date.now() < deadline; await sleep(100)) {
      const { numActionsTaken, recentActions } = (await handle.describe()).info;
      if (numActionsTaken === before) continue;
      const latest = recentActions.at(-1)?.action;
      if (latest?.type !== 'startWorkflow') continue;
      const { workflowId, firstExecutionRunId } = latest.workflow;
      return (await client.workflow.getHandle(workflowId, firstExecutionRunId).result()) as RetentionReport;
    }
    throw new Error('The retention did not begin');
  } finally {
    await client.connection.close();
  }
}
