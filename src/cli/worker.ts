/** `darkroom worker`: does the work of jobs. */
import { rm } from 'node:fs/promises';
import { makeTelemetryFilterString, Runtime, type TelemetryOptions } from '@temporalio/worker';
import { composeWorker } from '../compose.ts';
import { type Config, readConfig } from '../config/config.ts';
import { lockDataDir } from '../data-directory/lock.ts';
import { createLog } from '../log.ts';
import { createClient, embeddedTarget, targetFromEnvironment } from '../temporal/connection.ts';
import { reapOrphan } from '../temporal/embedded/server.ts';
import { WORKER_HEARTBEAT_MS } from '../temporal/live-workers.ts';
import { createWorkers, runWorkers } from '../temporal/worker.ts';
import { connectWorker } from '../temporal/worker-connection.ts';
import { EMBEDDED_ADDRESS } from './api.ts';
import { prepareDataDirectory } from './data-directory.ts';
import { UsageError } from './exit-code.ts';
import { verifyMasterKey } from './master-key.ts';
import { keepRegistering } from './registration.ts';
import { claimScratch } from './scratch.ts';
import { shutdownSignal } from './shutdown-signal.ts';
import { temporalLogger } from './temporal-logger.ts';

/** A worker that starts together with Temporal gives it this long to come up. */
const PATIENCE_MS = 60_000;

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
  const config = readConfig(process.env, { listens: false });
  const log = createLog(config.DARKROOM_LOG_LEVEL, 'worker');
  const stop = new AbortController();
  void shutdownSignal().then(() => stop.abort());
  // Until work begins there is nothing to be careful with.
  const quit = () => process.exit();
  stop.signal.addEventListener('abort', quit);
  const parent = followParent(stop);
  Runtime.install({
    logger: temporalLogger(log),
    workerHeartbeatInterval: WORKER_HEARTBEAT_MS,
    // Signals are ours to handle: the workers of one process stop together.
    shutdownSignals: [],
    // Warnings of the native core include failed workflow tasks, which are reported nowhere else.
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) },
      ...buildMetricsOptions(config),
    },
  });
  const embedded = embeddedAddress ?? (config.embedded ? EMBEDDED_ADDRESS : null);
  const target = embedded === null ? targetFromEnvironment() : embeddedTarget(embedded);
  await prepareDataDirectory(config);
  await verifyMasterKey(config);
  const scratch = await claimScratch(config.DARKROOM_WORK);
  const client = createClient(target);
  const { activities, slots, later } = await composeWorker(config, { client, scratch, only });
  const connection = await connectWorker(target, PATIENCE_MS, (message) => log.warn(message));
  if (embedded === null) void keepRegistering(client, log);
  const setup = {
    connection,
    namespace: target.namespace,
    identity: workerId,
    activities,
    graceMs: config.DARKROOM_GRACE_MS,
  };
  const workers = await createWorkers({ ...setup, slots });
  stop.signal.removeEventListener('abort', quit);
  const running = runWorkers(workers, stop.signal, async function* (over) {
    for await (const more of later(over)) {
      yield await createWorkers({ ...setup, slots: more });
      log.info({ slots: more }, 'The worker takes work that it can do now');
    }
  });
  log.info({ temporal: target.address, namespace: target.namespace, slots }, 'The worker takes work');
  process.send?.('ready');
  try {
    await running;
    await connection.close();
    await client.connection.close();
  } finally {
    await rm(scratch, { recursive: true, force: true });
    await parent.farewell(config.DARKROOM_DATA);
  }
  process.exit();
}

/** Of Temporal's SDK and of ours, in one place and in Prometheus' units. */
function buildMetricsOptions({
  DARKROOM_WORKER_METRICS: address,
}: Config): Pick<TelemetryOptions, 'metrics'> {
  if (address === null) return {};
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  const units = { countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true };
  return {
    metrics: { prometheus: { bindAddress: `${host}:${address.port}`, ...units, histogramBucketOverrides } },
  };
}

/** Seconds: a picture takes a part of one, a model of a thousand photographs hours. */
const buckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 43_200];
const histogramBucketOverrides = { darkroom_job_duration: buckets, darkroom_stage_duration: buckets };

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
