/** Starts tracing by OpenTelemetry, if an endpoint is configured. Without one, nothing of it is loaded. */
import { ConfigError } from '../lib/settings/config-error.ts';
import type { Log } from '../log.ts';
import type { Tracing } from './tracing.ts';

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
