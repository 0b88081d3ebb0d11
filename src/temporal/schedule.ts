/** The schedule by which Temporal starts the retention. */
import { type Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client';
import { MAIN_QUEUE } from './names.ts';

/** As Temporal shows it; pausing it there stops all erasing. */
export const RETENTION_SCHEDULE = 'darkroom-retention';

/** Makes the schedule unless there is one, which may have been changed by its administrators. */
export async function scheduleRetention(client: Client): Promise<void> {
  try {
    await client.schedule.create({
      scheduleId: RETENTION_SCHEDULE,
      spec: { intervals: [{ every: '1h' }] },
      action: {
        type: 'startWorkflow',
        workflowType: 'deleteExpired',
        workflowId: 'retention',
        taskQueue: MAIN_QUEUE,
      },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1h' },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
}
