/** `darkroom worker`: does the work of jobs. */
import { readConfig } from '../config/config.ts';
import { lockDataDir } from '../data-directory/lock.ts';
import { createLog } from '../log.ts';
import { embeddedTarget, targetFromEnvironment } from '../temporal/connection.ts';
import { reapOrphan } from '../temporal/embedded/server.ts';
import { EMBEDDED_ADDRESS } from './api.ts';
import { UsageError } from './exit-code.ts';
import { shutdownSignal } from './shutdown-signal.ts';
import { startWorker } from './start-worker.ts';
import { installRuntime } from './worker-runtime.ts';

interface WorkerOptions {
  /** Address of the Temporal server of our parent, `darkroom serve`, whatever the environment says. */
  readonly embedded?: string;
  /** How Temporal is to show it. */
  readonly workerId?: string;
  /** Comma-separated. */
  readonly capabilities?: string;
}

export async function worker({
  embedded: embeddedAddress,
  workerId,
  capabilities,
}: WorkerOptions): Promise<void> {
  if (workerId?.trim() === '') throw new UsageError('--worker-id needs a name');
  const only = capabilities?.split(',').flatMap((part) => part.trim() || []);
  if (only?.length === 0) throw new UsageError('--capabilities needs names, such as cpu,3d');
  // The worker of `darkroom serve` has the settings of a server.
  const config = readConfig(process.env, { listens: process.connected === true });
  const log = createLog(config.DARKROOM_LOG_LEVEL, 'worker');
  const stop = new AbortController();
  void shutdownSignal().then(() => stop.abort());
  // Until work begins there is nothing to be careful with.
  const quit = () => process.exit();
  stop.signal.addEventListener('abort', quit);
  const parent = followParent(stop);
  installRuntime(config, log);
  const embedded = embeddedAddress ?? (config.embedded ? EMBEDDED_ADDRESS : null);
  const target = embedded === null ? targetFromEnvironment() : embeddedTarget(embedded);
  const running = await startWorker(config, target, { only, identity: workerId, log, stop: stop.signal });
  stop.signal.removeEventListener('abort', quit);
  process.send?.('ready');
  try {
    await running.stopped;
  } finally {
    await parent.farewell(config.DARKROOM_DATA);
  }
  process.exit();
}

/**
 * Under `darkroom serve`. If that is killed it can stop neither of us, so the worker stops itself and then the Temporal
 * server that was left, unless a new `serve` has taken over by then: nothing is left running.
 */
function followParent(stop: AbortController): { farewell: (dataDir: string) => Promise<void> } {
  let orphaned = false;
  process.on('disconnect', () => {
    orphaned = true;
    stop.abort();
  });
  return {
    farewell: async (dataDir) => {
      if (!orphaned) return;
      const lock = await lockDataDir(dataDir).catch(() => null);
      if (!lock) return;
      await reapOrphan(dataDir);
      await lock.release();
    },
  };
}
