/** Port: runs a step in a process of its own. Implemented in `src/cli/run-alone.ts`. */
import type { ActivityRun } from './activity-run.ts';
import type { StepActivities } from './types.ts';

/**
 * Returns the result of the step.
 *
 * @throws worker_lost when the process ends before the step.
 */
export type RunAlone = <Name extends keyof StepActivities>(
  name: Name,
  input: Parameters<StepActivities[Name]>[0],
  activity: ActivityRun,
) => Promise<Awaited<ReturnType<StepActivities[Name]>>>;
