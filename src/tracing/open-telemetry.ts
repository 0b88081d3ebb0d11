/** Tracing by OpenTelemetry. Loaded only when an endpoint is configured; see load-tracing.ts. */
import {
  context,
  DiagLogLevel,
  diag,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { detectResourcesSync, envDetectorSync, Resource } from '@opentelemetry/resources';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { OpenTelemetryPlugin } from '@temporalio/interceptors-opentelemetry';
import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import packageJson from '../../package.json' with { type: 'json' };
import type { Log } from '../log.ts';
import type { Tracing } from './tracing.ts';

/** Requests of probes and scrapers, which would hide the others. */
const untraced = new Set(['/healthz', '/readyz', '/metrics']);

export function startTracing(service: string, log: Log): Tracing {
  const warn = (message: string) => log.warn(`OpenTelemetry: ${message}`);
  const silent = () => undefined;
  diag.setLogger({ error: warn, warn, info: silent, debug: silent, verbose: silent }, DiagLogLevel.WARN);
  const ours = new Resource({ 'service.name': service, 'service.version': packageJson.version });
  const resource = Resource.default()
    .merge(ours)
    .merge(detectResourcesSync({ detectors: [envDetectorSync] }));
  const spanProcessor = new BatchSpanProcessor(new OTLPTraceExporter());
  const provider = new NodeTracerProvider({ resource, spanProcessors: [spanProcessor] });
  provider.register();
  return {
    plugin: new OpenTelemetryPlugin({ resource, spanProcessor }),
    middleware: traceRequests,
    headers: () => {
      const headers: Record<string, string> = {};
      propagation.inject(context.active(), headers);
      return headers;
    },
    close: () => provider.shutdown(),
  };
}

/** Records the pattern of a route, and neither ids nor queries: links have their signature there. */
const traceRequests: MiddlewareHandler = (c, next) => {
  if (untraced.has(c.req.path)) return next();
  const { method } = c.req;
  const parent = propagation.extract(context.active(), c.req.header());
  const options = { kind: SpanKind.SERVER, attributes: { 'http.request.method': method } };
  return trace.getTracer('darkroom').startActiveSpan(method, options, parent, async (span) => {
    try {
      await next();
    } finally {
      const route = routePath(c, -1);
      const { status } = c.res;
      span.updateName(`${method} ${route}`);
      span.setAttributes({ 'http.route': route, 'http.response.status_code': status });
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    }
  });
};
