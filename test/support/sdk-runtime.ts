/** Temporal's SDK runtime in the process of the tests: installed once, since a process has one and runs several files. */
import { installRuntime } from '../../src/cli/worker-runtime.ts';
import { readConfig } from '../../src/config/config.ts';
import { createLog } from '../../src/log.ts';

let isInstalled = false;

/** Call it before the first worker or replay. */
export function installTestRuntime(): void {
  if (!isInstalled) installRuntime(readConfig({}), createLog('error', 'worker'));
  isInstalled = true;
}
