/** Which task queues have a worker that lives. */
import type { Client } from '@temporalio/client';
import proto, { type temporal } from '@temporalio/proto';
import { queueOf } from './attributes.ts';
import { grpcCode } from './connection.ts';

/** How often workers of ours report to Temporal. */
export const WORKER_HEARTBEAT_MS = 2000;

/** Silence after which a worker counts as dead; generous, since it is told by two machines' clocks. */
const SILENCE_MS = 5 * WORKER_HEARTBEAT_MS;

/** A poll lasts up to a minute, so a poller that was seen longer ago has gone. */
const POLL_MS = 70_000;

const UNIMPLEMENTED = 12;
const PERMISSION_DENIED = 7;
const { WORKER_STATUS_RUNNING } = proto.temporal.api.enums.v1.WorkerStatus;
const { TASK_QUEUE_TYPE_ACTIVITY } = proto.temporal.api.enums.v1.TaskQueueType;

/** Of the capabilities given, those with a live worker: by the workers' heartbeats, or, where the server has none, by its pollers. */
export async function liveCapabilities(
  client: Client,
  capabilities: readonly string[],
): Promise<ReadonlySet<string>> {
  const queues = await heartbeating(client).catch((error: unknown) => {
    const code = grpcCode(error);
    if (code !== UNIMPLEMENTED && code !== PERMISSION_DENIED) throw error;
    return null;
  });
  const live = await Promise.all(
    capabilities.map(async (capability) =>
      queues ? queues.has(queueOf(capability)) : isPolled(client, queueOf(capability)),
    ),
  );
  return new Set(capabilities.filter((_, index) => live[index]));
}

async function heartbeating(client: Client): Promise<Set<string>> {
  const { workersInfo } = await client.workflowService.listWorkers({ namespace: client.options.namespace });
  const alive = (workersInfo ?? []).flatMap(({ workerHeartbeat: worker }) => {
    const recent = Date.now() - toMs(worker?.heartbeatTime) < SILENCE_MS;
    return worker?.taskQueue && worker.status === WORKER_STATUS_RUNNING && recent ? [worker.taskQueue] : [];
  });
  return new Set(alive);
}

async function isPolled(client: Client, queue: string): Promise<boolean> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: queue },
    taskQueueType: TASK_QUEUE_TYPE_ACTIVITY,
  });
  return (pollers ?? []).some(({ lastAccessTime }) => Date.now() - toMs(lastAccessTime) < POLL_MS);
}

const toMs = (time: temporal.api.workflow.v1.IWorkflowExecutionInfo['closeTime']): number =>
  Number(time?.seconds ?? 0) * 1000;
