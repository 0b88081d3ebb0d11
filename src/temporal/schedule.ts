/** The schedule on which Temporal starts the retention workflow. */
import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleOptions,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import { MAIN_QUEUE } from './names.ts';

/** The schedule's id in Temporal. Pausing it there stops all deletions. */
export const RETENTION_SCHEDULE = 'darkroom-retention';

/** To be raised with each change of the definition below: a schedule of an earlier revision is updated. */
const REVISION = 1;

const definition: Omit<ScheduleOptions, 'scheduleId' | 'memo'> = {
  spec: { intervals: [{ every: '1h' }] },
  action: {
    type: 'startWorkflow',
    workflowType: 'deleteExpired',
    workflowId: 'retention',
    taskQueue: MAIN_QUEUE,
    staticSummary: 'deletes expired jobs and orphaned uploads',
    memo: { revision: REVISION },
  },
  policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1h' },
};

/**
 * Creates the schedule, or updates one that an earlier release made. Otherwise it stays as it is, since administrators may have edited
 * it. A pause always stays.
 */
export async function scheduleRetention({ schedule }: Client): Promise<void> {
  try {
    await schedule.create({ scheduleId: RETENTION_SCHEDULE, ...definition });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    const handle = schedule.getHandle(RETENTION_SCHEDULE);
    const { action } = await handle.describe();
    if (Number(action.memo?.['revision'] ?? 0) < REVISION)
      await handle.update(({ state }) => ({ ...definition, state }));
  }
}
