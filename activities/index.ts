import type { ActivityDeps } from './deps.ts';
import { createDownload } from './download.ts';
import { createKeepHouse } from './keep-house.ts';
import { createNotify } from './notify.ts';
import { createPackageJob } from './package-job.ts';
import { createRunStage } from './run-stage.ts';
import type { Activities } from './steps.ts';

/** All activities. A worker offers those that its capabilities need; see `src/temporal/worker.ts`. */
export const createActivities = (deps: ActivityDeps): Activities => ({
  download: createDownload(deps),
  runStage: createRunStage(deps),
  packageJob: createPackageJob(deps),
  notify: createNotify(deps),
  keepHouse: createKeepHouse(deps),
});
