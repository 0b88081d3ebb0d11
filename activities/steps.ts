/** The activities that make up a job. Each can run in the worker, or in a process of its own. */
import type { ActivityRun } from './activity-run.ts';
import { collectInputs } from './collect-inputs.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { download } from './download.ts';
import { packageJob } from './package-job.ts';
import { runStage } from './run-stage.ts';
import type { StepActivities } from './types.ts';

type Steps = {
  readonly [Name in keyof StepActivities]: (
    deps: ActivityDependencies,
    input: Parameters<StepActivities[Name]>[0],
    activity: ActivityRun,
  ) => ReturnType<StepActivities[Name]>;
};

export const steps: Steps = { download, collectInputs, runStage, packageJob };
