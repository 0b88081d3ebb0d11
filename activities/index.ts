import { createDeleteExpired } from './delete-expired.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { withHeartbeat } from './heartbeat.ts';
import { createNotify } from './notify.ts';
import { steps } from './steps.ts';
import type { Activities, StepActivities } from './types.ts';

/** All activities. A worker offers those that its capabilities need; see `src/temporal/worker.ts`. */
export const createActivities = (deps: ActivityDependencies): Activities => ({
  download: (input) => withHeartbeat(deps, input, (run) => steps.download(deps, input, run)),
  collectInputs: (input) => withHeartbeat(deps, input, (run) => steps.collectInputs(deps, input, run)),
  runStage: (input) => withHeartbeat(deps, input, (run) => steps.runStage(deps, input, run)),
  packageJob: (input) => withHeartbeat(deps, input, (run) => steps.packageJob(deps, input, run)),
  notify: createNotify(deps),
  deleteExpired: createDeleteExpired(deps),
});

/** The activities of steps that are suspected of killing their worker: each runs in a process of its own. */
export function createAloneActivities({
  journal,
  localAttempts,
  heartbeatMs,
  logs,
  runAlone,
}: ActivityDependencies): StepActivities {
  const innocent = { journal: journal.withoutBlame(), localAttempts, heartbeatMs, logs };
  return {
    download: (input) => withHeartbeat(innocent, input, (run) => runAlone('download', input, run)),
    collectInputs: (input) => withHeartbeat(innocent, input, (run) => runAlone('collectInputs', input, run)),
    runStage: (input) => withHeartbeat(innocent, input, (run) => runAlone('runStage', input, run)),
    packageJob: (input) => withHeartbeat(innocent, input, (run) => runAlone('packageJob', input, run)),
  };
}
