/** Callbacks of a job: list and redeliver. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { requires } from '../../api/auth/route-actions.ts';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { parseJobRef } from '../../api/job-ref.ts';
import { fails, json } from '../../api/openapi/responses.ts';
import { createRouter } from '../../api/openapi/router.ts';
import { delivery } from '../../jobs/model/delivery.ts';
import { idParam } from './model.ts';

const tags = ['Callbacks'];

export function deliveryRoutes({ jobs }: Pick<ApiDependencies, 'jobs'>): OpenAPIHono<ApiEnv> {
  const app = createRouter();

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/jobs/{id}/deliveries',
      ...requires('jobs.read'),
      tags,
      operationId: 'listDeliveries',
      summary: 'List the callbacks of a job',
      description: 'Returns each callback with its attempts and why they failed.',
      request: { params: idParam },
      responses: {
        200: json(z.object({ deliveries: z.array(delivery) }), 'The deliveries, earliest first'),
        ...fails(404, 422, 503),
      },
    }),
    async (c) => {
      const job = await jobs.open(parseJobRef(c, c.req.valid('param').id));
      return c.json({ deliveries: await job.deliveries() }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/jobs/{id}/deliveries/{delivery}/redeliver',
      ...requires('jobs.control'),
      tags,
      operationId: 'redeliver',
      summary: 'Deliver a callback again',
      description:
        'Delivers it immediately and, if that fails, by the schedule. The `webhook-id` stays the same.',
      request: {
        params: idParam.extend({
          delivery: z.string().openapi({
            description: 'Id of the delivery, or its position in the list, from 1',
            example: '1',
          }),
        }),
      },
      responses: {
        202: json(delivery, 'The delivery before the attempt'),
        ...fails(404, 409, 422, 503),
      },
    }),
    async (c) => {
      const { id, delivery } = c.req.valid('param');
      const job = await jobs.open(parseJobRef(c, id));
      return c.json(await job.redeliver(delivery), 202);
    },
  );

  return app;
}
