/** The server: statistics, health, configuration. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { accepts } from 'hono/accepts';
import packageJson from '../../../package.json' with { type: 'json' };
import { requirePermission, requires } from '../../api/auth/route-actions.ts';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { json } from '../../api/openapi/responses.ts';
import { createRouter } from '../../api/openapi/router.ts';
import type { LiveWorker } from '../../jobs/ports/job-runtime.ts';
import { fails } from './errors.ts';
import { OPERATION, qualities, statuses } from './model.ts';
import { tags } from './openapi.ts';
import { LINK_SECONDS } from './result-model.ts';
import { JobStatistics } from './statistics.ts';

const count = z.int().min(0);

const workers = z.object({
  live: count,
  reconstruction: count.describe('Workers that can run reconstructions'),
});

const metrics = z
  .object({
    timestamp: z.iso.datetime(),
    jobs: z.object({
      total: count,
      ...(Object.fromEntries(statuses.map((status) => [status, count])) as Record<
        (typeof statuses)[number],
        typeof count
      >),
    }),
    success_rate: z
      .number()
      .nullable()
      .describe('Share of completed jobs among those that completed or failed'),
    average_duration_seconds: z.number().nullable().describe('Mean time from start to end of completed jobs'),
    workers,
  })
  .meta({ id: 'E2e3dMetrics' });

const health = z
  .object({ status: z.literal('healthy'), timestamp: z.iso.datetime(), workers })
  .meta({ id: 'E2e3dHealth' });

const config = z
  .object({
    version: z.string(),
    operation: z.string(),
    quality: z.object({ choices: z.array(z.enum(qualities)), default: z.enum(qualities) }),
    use_gpu: z.object({ default: z.boolean() }),
    images: z.object({ min: z.int(), max: z.int(), media: z.array(z.string()) }),
    stages: z.array(z.string()),
    statuses: z.array(z.enum(statuses)),
    limits: z.object({ image_bytes: z.int(), request_bytes: z.int() }),
    minio_url_seconds: z.int().describe('Seconds that an address in the object store is valid'),
  })
  .meta({ id: 'E2e3dConfig' });

type Parts = Pick<ApiDependencies, 'jobs' | 'runtime' | 'operations' | 'limits' | 'checkStore' | 'metrics'>;

export function systemRoutes(parts: Parts): OpenAPIHono<ApiEnv> {
  const { runtime, operations, limits } = parts;
  const statistics = new JobStatistics(parts.jobs);
  const app = createRouter();
  const info = () => operations.find(OPERATION)?.info;

  /** A reconstruction may need several workers. Those with the engine are counted. */
  const countWorkers = (live: readonly LiveWorker[]): z.infer<typeof workers> => {
    const offering = (capability: string) => live.filter((worker) => worker.capability === capability);
    const needed = info()?.capabilities ?? [];
    const whole = needed.every((capability) => offering(capability).length > 0);
    const engines = needed
      .filter((capability) => capability !== 'io' && capability !== 'cpu')
      .flatMap(offering);
    return { live: new Set(live.map(({ name }) => name)).size, reconstruction: whole ? engines.length : 0 };
  };

  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/metrics',
      ...requires('jobs.read'),
      tags,
      summary: 'Statistics as JSON or, if Accept prefers text/plain, the metrics for Prometheus',
      responses: {
        200: {
          description: 'The statistics, at most five seconds old',
          content: {
            'application/json': { schema: metrics },
            'text/plain': { schema: z.string().openapi({ example: 'http_requests_total{…} 3\n' }) },
          },
        },
        ...fails(503),
      },
    }),
    async (c) => {
      const type = accepts(c, {
        header: 'Accept',
        supports: ['application/json', 'text/plain', 'application/openmetrics-text'],
        default: 'application/json',
      });
      c.header('vary', 'Accept');
      if (type !== 'application/json') {
        requirePermission(c, 'metrics.read');
        return (await parts.metrics.expose(c)) as never;
      }
      // First, because it throws while Temporal is down: the list would then contain ended jobs only.
      const workers = countWorkers(await runtime.liveWorkers());
      const timestamp = new Date().toISOString();
      return c.json({ timestamp, ...(await statistics.read(c.var.tenant)), workers }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/health',
      tags,
      summary: 'Health of the server',
      responses: { 200: json(health, 'The server accepts jobs'), ...fails(503) },
    }),
    async (c) => {
      const [live] = await Promise.all([runtime.liveWorkers(), parts.checkStore()]);
      const timestamp = new Date().toISOString();
      return c.json({ status: 'healthy' as const, timestamp, workers: countWorkers(live) }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/config',
      ...requires('server.read'),
      tags,
      summary: 'Configuration of the server',
      responses: { 200: json(config, 'The configuration, without secrets') },
    }),
    (c) => {
      const { inputs, stages } = info() ?? { inputs: { min: 0, max: 0, media: [] }, stages: [] };
      const body: z.infer<typeof config> = {
        version: packageJson.version,
        operation: OPERATION,
        quality: { choices: [...qualities], default: 'medium' },
        use_gpu: { default: false },
        images: { min: inputs.min, max: inputs.max, media: [...inputs.media] },
        stages: [...stages],
        statuses: [...statuses],
        limits: { image_bytes: limits.asset, request_bytes: limits.json },
        minio_url_seconds: LINK_SECONDS,
      };
      return c.json(body, 200);
    },
  );

  return app;
}
