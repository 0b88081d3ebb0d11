/** GET /api/v1/status: metrics of the tasks, for Prometheus. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { Gauge, Registry } from 'prom-client';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { createRouter } from '../../api/openapi/router.ts';
import { TtlCache } from '../../lib/ttl-cache.ts';
import { fails } from './envelope.ts';
import { NAME } from './model.ts';

/** Milliseconds. The address is public, so it must not cost a query of Temporal each time. */
const COUNT_TTL_MS = 1000;

export function statusRoutes({ runtime }: Pick<ApiDependencies, 'runtime'>): OpenAPIHono<ApiEnv> {
  const app = createRouter();
  const counts = new TtlCache<number>(COUNT_TTL_MS, 1);
  const registry = new Registry();
  new Gauge({
    name: 'pending_tasks_total',
    help: 'Tasks that have not ended',
    registers: [registry],
    async collect() {
      this.set(await counts.get('', () => runtime.countOpen({ dialect: NAME })));
    },
  });

  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/status',
      tags: [NAME],
      summary: 'Metrics for Prometheus',
      responses: {
        200: {
          description: 'The number of tasks that have not ended',
          content: { 'text/plain': { schema: z.string().openapi({ example: 'pending_tasks_total 3\n' }) } },
        },
        ...fails(503),
      },
    }),
    async (c) => c.body(await registry.metrics(), 200, { 'content-type': registry.contentType }) as never,
  );

  return app;
}
