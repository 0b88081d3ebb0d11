/** The SDK runtime of a worker process: its log and its metrics. A process has one. */
import { makeTelemetryFilterString, Runtime, type TelemetryOptions } from '@temporalio/worker';
import type { Config } from '../config/config.ts';
import type { Log } from '../log.ts';
import { WORKER_HEARTBEAT_MS } from '../temporal/live-workers.ts';
import { temporalLogger } from './temporal-logger.ts';

/** Installs the runtime. Throws when this process has one already. */
export function installRuntime(config: Config, log: Log): void {
  Runtime.install({
    logger: temporalLogger(log),
    workerHeartbeatInterval: WORKER_HEARTBEAT_MS,
    // The process stops all its workers together when it gets a signal.
    shutdownSignals: [],
    // Warnings of the native core include failed workflow tasks, which are reported nowhere else.
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) },
      ...buildMetricsOptions(config),
    },
  });
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
