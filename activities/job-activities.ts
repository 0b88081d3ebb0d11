/** The activities that make up a job. Each can run in the worker, or in a process of its own. */
import type { ActivityRun } from './activity-run.ts';
import { collectInputs } from './collect-inputs.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { download } from './download.ts';
import { packageJob } from './package-job.ts';
import { runStage } from './run-stage.ts';
import type { JobActivities } from './types.ts';

type JobActivityWork = {
  readonly [Name in keyof JobActivities]: (
    deps: ActivityDependencies,
    input: Parameters<JobActivities[Name]>[0],
    activity: ActivityRun,
  ) => ReturnType<JobActivities[Name]>;
};

export const jobActivities: JobActivityWork = { download, collectInputs, runStage, packageJob };
