/** Tracing by OpenTelemetry, if an endpoint is configured. Without one, nothing of it is loaded. */
import type { ClientPlugin } from '@temporalio/client';
import type { WorkerPlugin } from '@temporalio/worker';
import type { MiddlewareHandler } from 'hono';
import { ConfigError } from '../lib/settings/config-error.ts';
import type { Log } from '../log.ts';

export interface Tracing {
  /** Carries the trace from client to workflow to activity. */
  readonly plugin: ClientPlugin & WorkerPlugin;
  /** Continues the trace of a request (`traceparent`), or starts one. */
  readonly middleware: MiddlewareHandler;
  /** Headers that pass the current trace on: `traceparent`, `tracestate`, `baggage`. */
  readonly headers: () => Record<string, string>;
  /** Sends what is left. */
  close(): Promise<void>;
}

/**
 * Starts tracing by OpenTelemetry's own variables.
 *
 * @param service Name of the service, unless OTEL_SERVICE_NAME has one.
 * @returns Null when no OTLP endpoint is set, or tracing is disabled.
 * @throws {ConfigError} When the protocol is none that is supported.
 */
export async function loadTracing(
  service: string,
  log: Log,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Tracing | null> {
  const endpoint = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  if (!endpoint || env['OTEL_SDK_DISABLED'] === 'true' || env['OTEL_TRACES_EXPORTER'] === 'none') return null;
  for (const name of ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'])
    if (env[name] && env[name] !== 'http/protobuf')
      throw new ConfigError(`${name}="${env[name]}": must be http/protobuf; collectors take it on port 4318`);
  const { startTracing } = await import('./open-telemetry.ts');
  return startTracing(service, log);
}
