/** What waits in Temporal's task queues. */
import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import type { QueueState } from '../jobs/ports/job-runtime.ts';
import { CALLBACK_QUEUE, DOWNLOAD_QUEUE, queueOf } from './names.ts';

const { TASK_QUEUE_TYPE_ACTIVITY } = proto.temporal.api.enums.v1.TaskQueueType;

/** Of the queues of these capabilities, and of those for what waits for servers of others. Figures are Temporal's estimates. */
export function queueStates(client: Client, capabilities: readonly string[]): Promise<QueueState[]> {
  const queues = [...new Set([...capabilities.map(queueOf), DOWNLOAD_QUEUE, CALLBACK_QUEUE])];
  return Promise.all(
    queues.map(async (name) => {
      const { stats } = await client.workflowService.describeTaskQueue({
        namespace: client.options.namespace,
        taskQueue: { name },
        taskQueueType: TASK_QUEUE_TYPE_ACTIVITY,
        reportStats: true,
      });
      const { approximateBacklogCount: steps, approximateBacklogAge: age } = stats ?? {};
      return {
        name,
        waiting: Number(steps ?? 0),
        oldestSeconds: Number(age?.seconds ?? 0) + (age?.nanos ?? 0) / 1e9,
      };
    }),
  );
}
