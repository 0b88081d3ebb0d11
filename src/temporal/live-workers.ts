/** Finds live workers and their capabilities. */
import type { Client } from '@temporalio/client';
import proto, { type temporal } from '@temporalio/proto';
import type { LiveWorker } from '../jobs/ports/job-runtime.ts';
import { grpcCode } from './connection.ts';
import { queueOf } from './names.ts';

/** Milliseconds between two worker heartbeats. */
export const WORKER_HEARTBEAT_MS = 2000;

/** Milliseconds without a heartbeat after which a worker counts as dead. Generous, since the clocks of two machines may differ. */
const SILENCE_MS = 5 * WORKER_HEARTBEAT_MS;

/** A poll lasts up to a minute, so a poller last seen before this many milliseconds has stopped. */
const POLL_MS = 70_000;

const UNIMPLEMENTED = 12;
const PERMISSION_DENIED = 7;
const { WORKER_STATUS_RUNNING } = proto.temporal.api.enums.v1.WorkerStatus;
const { TASK_QUEUE_TYPE_ACTIVITY } = proto.temporal.api.enums.v1.TaskQueueType;

/**
 * Returns the workers that offer one of these capabilities, sorted by name. Uses worker heartbeats; on servers without
 * them, the pollers of the task queues.
 */
export async function liveWorkers(
  client: Client,
  capabilities: readonly string[],
): Promise<readonly LiveWorker[]> {
  const reports = await reporting(client).catch((error: unknown) => {
    const code = grpcCode(error);
    if (code !== UNIMPLEMENTED && code !== PERMISSION_DENIED) throw error;
    return null;
  });
  const found = await Promise.all(
    capabilities.map(async (capability) => {
      const queue = queueOf(capability);
      const workers = reports?.filter((worker) => worker.queue === queue) ?? (await polling(client, queue));
      return workers.map(({ name, slots }) => ({ name, capability, slots }));
    }),
  );
  return found.flat().sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
}

/** Returns the capabilities with a live worker. */
export async function liveCapabilities(
  client: Client,
  capabilities: readonly string[],
): Promise<ReadonlySet<string>> {
  return capabilitiesOf(await liveWorkers(client, capabilities));
}

export const capabilitiesOf = (workers: readonly LiveWorker[]): ReadonlySet<string> =>
  new Set(workers.map(({ capability }) => capability));

interface QueueWorker extends Pick<LiveWorker, 'name' | 'slots'> {
  readonly queue: string;
}

async function reporting(client: Client): Promise<QueueWorker[]> {
  const { workersInfo } = await client.workflowService.listWorkers({ namespace: client.options.namespace });
  return (workersInfo ?? []).flatMap(({ workerHeartbeat: worker }) => {
    const recent = Date.now() - toMs(worker?.heartbeatTime) < SILENCE_MS;
    if (!worker?.taskQueue || worker.status !== WORKER_STATUS_RUNNING || !recent) return [];
    const { currentAvailableSlots: free = -1, currentUsedSlots: used = 0 } =
      worker.activityTaskSlotsInfo ?? {};
    // A negative number means that the worker has no limit.
    const slots = free === null || free < 0 ? null : free + (used ?? 0);
    return [{ name: worker.workerIdentity ?? '', queue: worker.taskQueue, slots }];
  });
}

async function polling(client: Client, queue: string): Promise<QueueWorker[]> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: queue },
    taskQueueType: TASK_QUEUE_TYPE_ACTIVITY,
  });
  return namesOfPollers(pollers).map((name) => ({ name, queue, slots: null }));
}

/** Returns the names of processes that have polled a queue within about a minute. */
export const namesOfPollers = (
  pollers: readonly temporal.api.taskqueue.v1.IPollerInfo[] | null | undefined,
): string[] => [
  ...new Set(
    (pollers ?? []).flatMap(({ identity, lastAccessTime }) =>
      Date.now() - toMs(lastAccessTime) < POLL_MS ? [identity ?? ''] : [],
    ),
  ),
];

const toMs = (time: temporal.api.workflow.v1.IWorkflowExecutionInfo['closeTime']): number =>
  Number(time?.seconds ?? 0) * 1000;
