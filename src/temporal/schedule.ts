/** The schedule on which Temporal starts the retention workflow. */
import { type Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client';
import { MAIN_QUEUE } from './names.ts';

/** The schedule's id in Temporal. Pausing it there stops all deletions. */
export const RETENTION_SCHEDULE = 'darkroom-retention';

/** Creates the schedule. An existing one stays unchanged, since administrators may have edited it. */
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
