import { createDeleteExpired } from './delete-expired.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { withHeartbeat } from './heartbeat.ts';
import { jobActivities } from './job-activities.ts';
import { createNotify } from './notify.ts';
import type { Activities, JobActivities } from './types.ts';

/** All activities. A worker offers those that its capabilities need; see `src/temporal/worker.ts`. */
export const createActivities = (deps: ActivityDependencies): Activities => ({
  download: (input) => withHeartbeat(deps, input, (run) => jobActivities.download(deps, input, run)),
  collectInputs: (input) =>
    withHeartbeat(deps, input, (run) => jobActivities.collectInputs(deps, input, run)),
  runStage: (input) => withHeartbeat(deps, input, (run) => jobActivities.runStage(deps, input, run)),
  packageJob: (input) => withHeartbeat(deps, input, (run) => jobActivities.packageJob(deps, input, run)),
  notify: createNotify(deps),
  deleteExpired: createDeleteExpired(deps),
});

/** The same for activities that are suspected of killing their worker: each runs in a process of its own. */
export function createAloneActivities({
  journal,
  localAttempts,
  durableStages,
  heartbeatMs,
  logs,
  runAlone,
}: ActivityDependencies): JobActivities {
  const innocent = { journal: journal.withoutBlame(), localAttempts, durableStages, heartbeatMs, logs };
  return {
    download: (input) => withHeartbeat(innocent, input, (run) => runAlone('download', input, run)),
    collectInputs: (input) => withHeartbeat(innocent, input, (run) => runAlone('collectInputs', input, run)),
    runStage: (input) => withHeartbeat(innocent, input, (run) => runAlone('runStage', input, run)),
    packageJob: (input) => withHeartbeat(innocent, input, (run) => runAlone('packageJob', input, run)),
  };
}
