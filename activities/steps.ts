/** The activities that make up a job. Each can run in the worker, or in a process of its own. */
import type { ActivityDependencies } from './dependencies.ts';
import { download } from './download.ts';
import type { ActivityRun } from './heartbeat.ts';
import { packageJob } from './package-job.ts';
import { runStage } from './run-stage.ts';
import type { Activities } from './types.ts';

export type StepName = 'download' | 'runStage' | 'packageJob';

type StepInputs = { readonly [Name in StepName]: Parameters<Activities[Name]>[0] };
type StepResults = { readonly [Name in StepName]: Awaited<ReturnType<Activities[Name]>> };

type Steps = {
  readonly [Name in StepName]: (
    deps: ActivityDependencies,
    input: StepInputs[Name],
    activity: ActivityRun,
  ) => Promise<StepResults[Name]>;
};

export const steps: Steps = { download, runStage, packageJob };

/**
 * Runs a step in a process of its own, and returns its result.
 *
 * @throws worker_lost when the process ends before the step.
 */
export type RunAlone = <Name extends StepName>(
  name: Name,
  input: StepInputs[Name],
  activity: ActivityRun,
) => Promise<StepResults[Name]>;
