/** What waits in Temporal's task queues. */
import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import type { QueueState } from '../jobs/ports/job-runtime.ts';
import { namesOfPollers } from './live-workers.ts';
import { aloneQueueOf, CALLBACK_QUEUE, DOWNLOAD_QUEUE, MAIN_QUEUE, queueOf } from './names.ts';

const { TASK_QUEUE_TYPE_ACTIVITY, TASK_QUEUE_TYPE_WORKFLOW } = proto.temporal.api.enums.v1.TaskQueueType;

const types = { activity: TASK_QUEUE_TYPE_ACTIVITY, workflow: TASK_QUEUE_TYPE_WORKFLOW };

/**
 * Returns the queue of workflow tasks, and of activities the queues of these capabilities, those for what waits for servers of others,
 * and those of activities that run alone. Figures are Temporal's estimates.
 */
export function queueStates(client: Client, capabilities: readonly string[]): Promise<QueueState[]> {
  const ofWork = [...capabilities.map(queueOf), DOWNLOAD_QUEUE];
  const queues = new Set([...ofWork, CALLBACK_QUEUE, ...ofWork.map(aloneQueueOf)]);
  const ofActivities = [...queues].map((name) => ({ name, taskType: 'activity' as const }));
  return Promise.all(
    [{ name: MAIN_QUEUE, taskType: 'workflow' as const }, ...ofActivities].map(async ({ name, taskType }) => {
      const { stats, pollers } = await client.workflowService.describeTaskQueue({
        namespace: client.options.namespace,
        taskQueue: { name },
        taskQueueType: types[taskType],
        reportStats: true,
      });
      const { approximateBacklogCount: tasks, approximateBacklogAge: age } = stats ?? {};
      return {
        name,
        taskType,
        waiting: Number(tasks ?? 0),
        oldestSeconds: Number(age?.seconds ?? 0) + (age?.nanos ?? 0) / 1e9,
        workers: namesOfPollers(pollers).length,
      };
    }),
  );
}
