/** The SDK runtime of a worker process, with log and metrics. A process has one. */
import { makeTelemetryFilterString, Runtime, type TelemetryOptions } from '@temporalio/worker';
import type { Config } from '../config/config.ts';
import type { Log } from '../log.ts';
import { WORKER_HEARTBEAT_MS } from '../temporal/live-workers.ts';
import { temporalLogger } from './temporal-logger.ts';

/** @throws Error if this process has a runtime already */
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

/** Metrics of the SDK and of darkroom share one endpoint and use the units of Prometheus. */
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

/** Seconds. A thumbnail takes less than one, a 3D model of a thousand photographs takes hours. */
const buckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 43_200];
const histogramBucketOverrides = { darkroom_job_duration: buckets, darkroom_stage_duration: buckets };
