/** Prometheus metrics of the API. */
import type { Context, MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { DarkroomError } from '../errors.ts';
import type { Job } from '../jobs/model/job.ts';
import type { JobRuntime } from '../jobs/ports/job-runtime.ts';

/** Milliseconds between two samples of the event loop's delay. Each wakes the process, even when it has nothing to do. */
const EVENT_LOOP_SAMPLE_MS = 50;

export interface Metrics {
  /** For the metrics of a dialect. */
  readonly registry: Registry;
  /** Middleware that measures requests. */
  readonly measure: MiddlewareHandler;
  /** Responds in Prometheus' text format. */
  readonly expose: (c: Context) => Promise<Response>;
  /** Counts audit events that could not be stored. */
  readonly auditLost: Pick<Counter, 'inc'>;
  /** Counts a request that a limit refused. */
  readonly limited: (error: DarkroomError) => void;
  /** Counts a job that was accepted. */
  readonly submitted: (job: Job) => void;
}

export function createMetrics(runtime: ObservedRuntime): Metrics {
  const register = new Registry();
  collectDefaultMetrics({ register, eventLoopMonitoringPrecision: EVENT_LOOP_SAMPLE_MS });
  const updateGauges = observeRuntime(runtime, register);
  // Names follow OpenTelemetry's semantic conventions for HTTP servers.
  const duration = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Duration of requests, by route',
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
  const limited = new Counter({
    name: 'darkroom_requests_limited_total',
    help: 'Requests refused with 429, by limit',
    labelNames: ['limit'],
    registers: [register],
  });
  const requests = new Counter({
    name: 'http_requests_total',
    help: 'Requests, by route',
    labelNames: ['endpoint', 'method', 'status'],
    registers: [register],
  });
  const auditLost = new Counter({
    name: 'darkroom_audit_events_lost_total',
    help: 'Audit events that could not be stored; the log has them',
    registers: [register],
  });
  return {
    registry: register,
    auditLost,
    measure: async (c, next) => {
      const end = duration.startTimer({ http_request_method: c.req.method });
      await next();
      // The pattern of the route, so that ids do not become labels.
      const route = routePath(c, -1);
      end({ http_route: route, http_response_status_code: c.res.status });
      requests.inc({ endpoint: route, method: c.req.method, status: c.res.status });
    },
    expose: async (c) => {
      await updateGauges();
      return c.body(await register.metrics(), 200, { 'content-type': register.contentType });
    },
    limited: ({ code, details }) => limited.inc({ limit: String(details?.['limit'] ?? code) }),
    submitted: ({ operation, dialect }) => submitted.inc({ operation, dialect }),
  };
}

type ObservedRuntime = Pick<JobRuntime, 'queues' | 'countsByState' | 'countPaused' | 'liveWorkers'>;

/** Gauges read from Temporal, the same in every API process. While Temporal is unavailable they are absent, not stale. */
function observeRuntime(runtime: ObservedRuntime, register: Registry): () => Promise<void> {
  const gauge = (name: string, help: string, ...labelNames: string[]) =>
    new Gauge({ name, help, labelNames, registers: [register] });
  const up = gauge('darkroom_temporal_up', 'Whether Temporal answers');
  const jobs = gauge('darkroom_jobs', 'Jobs that have not ended; created: no activity has started', 'state');
  const labels = ['task_queue', 'task_type'];
  const waiting = gauge(
    'darkroom_task_queue_backlog',
    'Tasks of activities or workflows that wait for a worker, approximately',
    ...labels,
  );
  const age = gauge(
    'darkroom_task_queue_backlog_age_seconds',
    'How long the oldest task has waited for a worker',
    ...labels,
  );
  const polling = gauge(
    'darkroom_task_queue_workers',
    'Processes that have polled the queue within about a minute',
    ...labels,
  );
  const paused = gauge('darkroom_jobs_paused_in_temporal', 'Jobs of which an activity is paused in Temporal');
  const workers = gauge('darkroom_workers', 'Live workers', 'capability');
  const slots = gauge('darkroom_worker_slots', 'Activities that live workers can run at once', 'capability');
  // Synchronous with setting the new values, as several scrapes may run at once.
  const reset = () => {
    for (const each of [jobs, waiting, age, polling, paused, workers, slots]) each.reset();
  };
  return async () => {
    try {
      const [queues, counts, live, pausedJobs] = await Promise.all([
        runtime.queues(),
        runtime.countsByState(),
        runtime.liveWorkers(),
        runtime.countPaused(),
      ]);
      reset();
      up.set(1);
      paused.set(pausedJobs);
      for (const [state, count] of counts) jobs.set({ state }, count);
      for (const { name: task_queue, taskType: task_type, ...queue } of queues) {
        waiting.set({ task_queue, task_type }, queue.waiting);
        age.set({ task_queue, task_type }, queue.oldestSeconds);
        polling.set({ task_queue, task_type }, queue.workers);
      }
      for (const { capability, slots: count } of live) {
        workers.inc({ capability });
        if (count !== null) slots.inc({ capability }, count);
      }
    } catch {
      reset();
      up.set(0);
    }
  };
}
