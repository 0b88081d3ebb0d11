/** The caller of a request, and sessions of browsers. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { describeCaller, session } from '../../api/auth/caller-view.ts';
import { readCredential } from '../../api/auth/credential.ts';
import { requires } from '../../api/auth/route-actions.ts';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { fails, json } from '../../api/openapi/responses.ts';
import { createRouter } from '../../api/openapi/router.ts';

const tags = ['Session'];

export function sessionRoutes({ sessions }: Pick<ApiDependencies, 'sessions'>): OpenAPIHono<ApiEnv> {
  const app = createRouter();
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
    (c) => c.json(describeCaller(c, sessions !== null), 200),
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
      return c.json(describeCaller(c, sessions !== null), 200);
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
