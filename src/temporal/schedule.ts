/** The schedule by which Temporal starts the housekeeping. */
import { type Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client';
import { MAIN_QUEUE } from './names.ts';

/** As Temporal shows it; pausing it there stops all erasing. */
export const HOUSEKEEPING = 'darkroom-housekeeping';

/** Makes the schedule unless there is one, which may have been changed by its administrators. */
export async function scheduleHousekeeping(client: Client): Promise<void> {
  try {
    await client.schedule.create({
      scheduleId: HOUSEKEEPING,
      spec: { intervals: [{ every: '1h' }] },
      action: {
        type: 'startWorkflow',
        workflowType: 'keepHouse',
        workflowId: 'housekeeping',
        taskQueue: MAIN_QUEUE,
      },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1h' },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
}
