/** Credentials of the tenant for buckets. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { requires } from '../../api/auth/route-actions.ts';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { fails, json } from '../../api/openapi/responses.ts';
import { createRouter } from '../../api/openapi/router.ts';
import { credentialsName } from '../../jobs/model/bucket-names.ts';
import { credentialsView, newCredentials, s3Keys } from '../../jobs/model/credentials.ts';
import { exampleCredentials } from './examples.ts';

const view = credentialsView.meta({ id: 'Credentials', example: exampleCredentials });

const keysExample = { access_key_id: 'AKIAIOSFODNN7EXAMPLE', secret_access_key: 'wJalrXUtnFEMI-EXAMPLE' };

const request = newCredentials.meta({
  id: 'CredentialsRequest',
  example: {
    name: 'photo-bucket',
    endpoint: 'https://s3.example.com',
    region: 'eu-central-1',
    bucket: 'photographs',
    ...keysExample,
  },
});
const keysRequest = s3Keys.meta({ id: 'CredentialsKeys', example: keysExample });

const nameParam = z.object({ name: credentialsName });
const tags = ['Credentials'];
const body = <Schema extends z.ZodType>(schema: Schema) => ({
  required: true,
  content: { 'application/json': { schema } },
});

export function credentialRoutes({ credentials }: Pick<ApiDependencies, 'credentials'>): OpenAPIHono<ApiEnv> {
  const app = createRouter();

  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/credentials',
      ...requires('credentials.manage'),
      tags,
      operationId: 'createCredentials',
      summary: 'Store credentials for a bucket',
      description:
        'Lists one object of the bucket first. The credentials are stored, encrypted, if the server accepts them. No response shows the ' +
        'keys again. Jobs of the tenant use them by their name.',
      request: { body: body(request) },
      responses: { 201: json(view, 'The credentials'), ...fails(400, 409, 413, 415, 422, 503) },
    }),
    async (c) => {
      const created = await credentials.create(c.var.tenant, c.req.valid('json'));
      return c.json(created, 201, { location: `/v1/credentials/${created.name}` });
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/credentials',
      ...requires('credentials.read'),
      tags,
      operationId: 'listCredentials',
      summary: 'List credentials',
      description: 'Returns the credentials of the tenant, by name, without keys.',
      responses: { 200: json(z.object({ credentials: z.array(view) }), 'The list'), ...fails(503) },
    }),
    async (c) => c.json({ credentials: await credentials.list(c.var.tenant) }, 200),
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/credentials/{name}',
      ...requires('credentials.read'),
      tags,
      operationId: 'getCredentials',
      summary: 'Get credentials',
      description: 'Returns one of them, without keys.',
      request: { params: nameParam },
      responses: { 200: json(view, 'The credentials'), ...fails(404, 422, 503) },
    }),
    async (c) => c.json(await credentials.get(c.var.tenant, c.req.valid('param').name), 200),
  );

  app.openapi(
    createRoute({
      method: 'put',
      path: '/v1/credentials/{name}',
      ...requires('credentials.manage'),
      tags,
      operationId: 'rotateCredentials',
      summary: 'Replace the keys of credentials',
      description:
        'Tests the new keys like those of new credentials. Jobs use them from then on; the old ones can be deleted at the server.',
      request: { params: nameParam, body: body(keysRequest) },
      responses: { 200: json(view, 'The credentials'), ...fails(400, 404, 413, 415, 422, 503) },
    }),
    async (c) =>
      c.json(await credentials.rotate(c.var.tenant, c.req.valid('param').name, c.req.valid('json')), 200),
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/v1/credentials/{name}',
      ...requires('credentials.manage'),
      tags,
      operationId: 'revokeCredentials',
      summary: 'Delete credentials',
      description: 'Jobs that need them fail from then on.',
      request: { params: nameParam },
      responses: { 204: { description: 'Deleted' }, ...fails(404, 422, 503) },
    }),
    async (c) => {
      await credentials.revoke(c.var.tenant, c.req.valid('param').name);
      return c.body(null, 204);
    },
  );

  return app;
}
