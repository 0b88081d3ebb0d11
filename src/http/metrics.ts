/** Prometheus metrics of the API. */
import type { Context, MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { Job } from '../jobs/job.ts';

export interface Metrics {
  readonly measure: MiddlewareHandler;
  readonly expose: (c: Context) => Promise<Response>;
  readonly submitted: (job: Job) => void;
}

export function createMetrics(): Metrics {
  const register = new Registry();
  collectDefaultMetrics({ register });
  // Names follow OpenTelemetry's semantic conventions for HTTP servers.
  const duration = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Time to answer a request, by route',
    labelNames: ['http_request_method', 'http_route', 'http_response_status_code'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [register],
  });
  const submitted = new Counter({
    name: 'darkroom_jobs_submitted_total',
    help: 'Jobs accepted by this process',
    labelNames: ['operation', 'dialect'],
    registers: [register],
  });
  // The names that guestkit's dashboards query.
  const guestkitJobs = new Counter({
    name: 'guestkit_worker_jobs_total',
    help: 'Jobs accepted by this process over the guestkit API',
    labelNames: ['operation'],
    registers: [register],
  });
  const requests = new Counter({
    name: 'http_requests_total',
    help: 'Requests answered, by route',
    labelNames: ['endpoint', 'method', 'status'],
    registers: [register],
  });
  return {
    measure: async (c, next) => {
      const end = duration.startTimer({ http_request_method: c.req.method });
      await next();
      // The route's pattern, not the path, so that ids do not become labels.
      const route = routePath(c, -1);
      end({ http_route: route, http_response_status_code: c.res.status });
      requests.inc({ endpoint: route, method: c.req.method, status: c.res.status });
    },
    expose: async (c) => c.body(await register.metrics(), 200, { 'content-type': register.contentType }),
    submitted: ({ operation, dialect }) => {
      submitted.inc({ operation, dialect });
      if (dialect === 'guestkit') guestkitJobs.inc({ operation });
    },
  };
}
