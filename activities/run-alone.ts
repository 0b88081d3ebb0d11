/** Port: runs an activity in a process of its own. Implemented in `src/cli/run-alone.ts`. */
import type { ActivityRun } from './activity-run.ts';
import type { JobActivities } from './types.ts';

/**
 * Returns the result of the activity.
 *
 * @throws worker_lost when the process ends before the activity.
 */
export type RunAlone = <Name extends keyof JobActivities>(
  name: Name,
  input: Parameters<JobActivities[Name]>[0],
  activity: ActivityRun,
) => Promise<Awaited<ReturnType<JobActivities[Name]>>>;
