/** The caller of a request, and sessions of browsers. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { readCredential } from '../../api/auth/credential.ts';
import { isPermitted, requires } from '../../api/auth/route-actions.ts';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { fails, json } from '../../api/openapi/responses.ts';
import { createRouter } from '../../api/openapi/router.ts';
import { type Action, actions, roles } from '../../auth/roles.ts';

const session = z
  .object({
    tenant: z.string().describe('Whose jobs the caller sees'),
    subject: z.string().describe('The name of the key, or the subject of the token'),
    role: z.enum(roles),
    actions: z.array(z.string()).describe('What the role permits'),
    requires_login: z.boolean().describe('Whether this server requires credentials'),
  })
  .meta({
    id: 'Session',
    example: {
      tenant: 'acme',
      subject: 'key 5c1766fd7579 (nightly build)',
      role: 'viewer',
      actions: ['jobs.read', 'results.read'],
      requires_login: true,
    },
  });

const tags = ['Session'];

export function sessionRoutes({ sessions }: Pick<ApiDependencies, 'sessions'>): OpenAPIHono<ApiEnv> {
  const app = createRouter();
  const toSession = (c: Context<ApiEnv>) => {
    const { tenant, subject, role } = c.var.principal;
    const permitted = (Object.keys(actions) as Action[]).filter((action) => isPermitted(c, action));
    return { tenant, subject, role, actions: permitted, requires_login: sessions !== null };
  };

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/session',
      ...requires('server.read'),
      tags,
      operationId: 'getSession',
      summary: 'Get the caller',
      description: 'Returns the tenant and the role of the credentials, and what they permit.',
      responses: { 200: json(session, 'The caller'), ...fails(503) },
    }),
    (c) => c.json(toSession(c), 200),
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/session',
      ...requires('server.read'),
      tags,
      operationId: 'beginSession',
      summary: 'Begin a session of a browser',
      description:
        'Sets a cookie with the credentials of this request, encrypted. It is `HttpOnly`, `SameSite=Strict`, and valid for 30 days, ' +
        'or until the credentials end. Requests need no other credentials then. A server without login sets no cookie.',
      responses: { 200: json(session, 'The caller'), ...fails(503) },
    }),
    (c) => {
      const credential = readCredential(c, sessions);
      if (sessions && credential) sessions.begin(c, credential.text);
      return c.json(toSession(c), 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/v1/session',
      ...requires('server.read'),
      tags,
      operationId: 'endSession',
      summary: 'End the session of a browser',
      description: 'Removes the cookie from the browser. The credentials stay valid.',
      responses: { 204: { description: 'Ended' }, ...fails(503) },
    }),
    (c) => {
      sessions?.end(c);
      return c.body(null, 204);
    },
  );

  return app;
}
