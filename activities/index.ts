import { createDeleteExpired } from './delete-expired.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { createDownload } from './download.ts';
import { createNotify } from './notify.ts';
import { createPackageJob } from './package-job.ts';
import { createRunStage } from './run-stage.ts';
import type { Activities } from './types.ts';

/** All activities. A worker offers those that its capabilities need; see `src/temporal/worker.ts`. */
export const createActivities = (deps: ActivityDependencies): Activities => ({
  download: createDownload(deps),
  runStage: createRunStage(deps),
  packageJob: createPackageJob(deps),
  notify: createNotify(deps),
  deleteExpired: createDeleteExpired(deps),
});
