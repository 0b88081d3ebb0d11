/** `darkroom worker`: runs a worker process. */
import { forbidDecoding } from '../../operations/lib/image-source.ts';
import { readConfig } from '../config/config.ts';
import { lockDataDir } from '../data-directory/lock.ts';
import { createLog } from '../log.ts';
import { reapOrphan } from '../temporal/embedded/server.ts';
import { loadTracing } from '../tracing/load-tracing.ts';
import { UsageError } from './exit-code.ts';
import { shutdownSignal } from './shutdown-signal.ts';
import { startWorker } from './start-worker.ts';
import { findTarget } from './temporal-target.ts';
import { watchEventLoop } from './watch-event-loop.ts';
import { installRuntime } from './worker-runtime.ts';

interface WorkerOptions {
  /** Address of the embedded Temporal server of the parent process, `darkroom serve`. Overrides the environment. */
  readonly embedded?: string;
  /** Name of the worker in Temporal. */
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
  // Before the worker polls, a signal can end the process at once.
  const quit = () => process.exit();
  stop.signal.addEventListener('abort', quit);
  const parent = followParent(stop);
  installRuntime(config, log);
  forbidDecoding();
  const target = await findTarget(config, embeddedAddress);
  const tracing = await loadTracing('darkroom-worker', log);
  const options = { only, identity: workerId, log, tracing, stop: stop.signal };
  const running = await startWorker(config, target, options);
  stop.signal.removeEventListener('abort', quit);
  watchEventLoop(config.DARKROOM_UNRESPONSIVE_MS);
  process.send?.('ready');
  try {
    await running.stopped;
  } finally {
    await parent.stopOrphans(config.DARKROOM_DATA);
  }
  process.exit();
}

/**
 * Stops this worker when its parent, `darkroom serve`, is killed. `stopOrphans` then stops the orphaned Temporal server, unless
 * a new `serve` holds the lock of the data directory.
 */
function followParent(stop: AbortController): { stopOrphans: (dataDir: string) => Promise<void> } {
  let orphaned = false;
  process.on('disconnect', () => {
    orphaned = true;
    stop.abort();
  });
  return {
    stopOrphans: async (dataDir) => {
      if (!orphaned) return;
      const lock = await lockDataDir(dataDir).catch(() => null);
      if (!lock) return;
      await reapOrphan(dataDir);
      await lock.release();
    },
  };
}
