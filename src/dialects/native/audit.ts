/** The audit log. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { requires } from '../../api/auth/route-actions.ts';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { fails, json } from '../../api/openapi/responses.ts';
import { createRouter } from '../../api/openapi/router.ts';
import { type AuditPosition, auditEvent } from '../../auth/audit-event.ts';
import { invalidRequest } from '../../jobs/validation/invalid-request.ts';
import { exampleAuditEvent } from './examples.ts';
import { ignoredQuery, pageQuery, timeQuery } from './model.ts';

const query = z.strictObject({
  ...ignoredQuery,
  since: timeQuery.optional().describe('Only events at or after this time; default: all'),
  until: timeQuery.optional().describe('Only events before this time; default: now'),
  tenant: z.string().optional().describe('Only events of this tenant; rejected logins have none'),
  ...pageQuery({ max: 1000, standard: 100 }),
});

export function auditRoutes({ audit }: Pick<ApiDependencies, 'audit'>): OpenAPIHono<ApiEnv> {
  const app = createRouter();

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/audit',
      ...requires('audit.read'),
      tags: ['Audit'],
      operationId: 'listAuditEvents',
      summary: 'Read the audit log',
      description:
        'Events of all tenants, about in the order of their time. A page may have fewer events than `limit`, also none; ' +
        'the last one has no `next_cursor`. The log has events up to about a second ago.',
      request: { query },
      responses: {
        200: json(
          z.object({
            events: z.array(auditEvent.meta({ id: 'AuditEvent', example: exampleAuditEvent })),
            next_cursor: z.string().nullable(),
          }),
          'A page',
        ),
        ...fails(422, 503),
      },
    }),
    async (c) => {
      const { since = 0, until = Date.now(), tenant = null, limit, cursor } = c.req.valid('query');
      const after = cursor === undefined ? null : parseCursor(cursor);
      const period = { since: new Date(since), until: new Date(until) };
      const { events, next } = await audit.page({ ...period, tenant, limit, after });
      return c.json({ events: [...events], next_cursor: next && toCursor(next) }, 200);
    },
  );

  return app;
}

const toCursor = ({ batch, events }: AuditPosition): string =>
  Buffer.from(`${events} ${batch}`).toString('base64url');

function parseCursor(cursor: string): AuditPosition {
  const [, events, batch] =
    /^(\d{1,6}) (_audit\/[\d-]+\/[\w-]+\.jsonl)$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (batch === undefined)
    throw invalidRequest([{ pointer: '/cursor', detail: 'must be the next_cursor of a page' }]);
  return { batch, events: Number(events) };
}
