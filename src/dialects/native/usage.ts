/** Usage of a tenant. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { requires } from '../../api/auth/route-actions.ts';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { fails, json } from '../../api/openapi/responses.ts';
import { createRouter } from '../../api/openapi/router.ts';
import { toDay } from '../../jobs/model/usage.ts';
import { invalidRequest } from '../../jobs/validation/invalid-request.ts';
import { DAY_MS } from '../../lib/units.ts';
import { exampleUsage } from './examples.ts';
import { ignoredQuery } from './model.ts';

const MAX_DAYS = 366;

const count = z.int();
const amounts = {
  jobs: z.object({ completed: count, failed: count, cancelled: count }).describe('Ended runs'),
  bytes_in: count.describe('Bytes of the assets that they processed'),
  bytes_out: count.describe('Bytes of the files that they produced'),
  compute_seconds: z.number().describe('Time that workers spent on their stages'),
  reused_seconds: z.number().describe('Time that they saved by copying results of earlier jobs'),
};

const day = z.iso.date();

export function usageRoutes({ usage }: Pick<ApiDependencies, 'usage'>): OpenAPIHono<ApiEnv> {
  const app = createRouter();

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/usage',
      ...requires('usage.read'),
      tags: ['Usage'],
      operationId: 'getUsage',
      summary: 'Get usage by day and operation',
      description: 'Days are UTC. Runs count when they end. Usage stays when the job is deleted or expires.',
      request: {
        query: z.strictObject({
          ...ignoredQuery,
          from: day.optional().describe('First day; default: that of this month'),
          to: day.optional().describe(`Last day, at most ${MAX_DAYS - 1} days later; default: today`),
        }),
      },
      responses: {
        200: json(
          z
            .object({
              tenant: z.string(),
              from: day,
              to: day,
              usage: z.array(z.object({ day, operation: z.string(), ...amounts })),
            })
            .meta({ id: 'UsageReport', example: exampleUsage }),
          'A row for each day and operation that had jobs',
        ),
        ...fails(422, 503),
      },
    }),
    async (c) => {
      const today = toDay(new Date());
      const { to = today, from = `${to.slice(0, 8)}01` } = c.req.valid('query');
      if (from > to) throw invalidRequest([{ pointer: '/from', detail: `must not be after ${to}` }]);
      if (Date.parse(to) - Date.parse(from) > (MAX_DAYS - 1) * DAY_MS)
        throw invalidRequest([
          { pointer: '/from', detail: `must be at most ${MAX_DAYS - 1} days before ${to}` },
        ]);
      const { tenant } = c.var;
      return c.json({ tenant, from, to, usage: await usage.rows(tenant, from, to) }, 200);
    },
  );

  return app;
}
