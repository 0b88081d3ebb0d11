/** Templates: steps of jobs with declared parameters, under names and in versions. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { requirePermission, requires } from '../../api/auth/route-actions.ts';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { fails, json } from '../../api/openapi/responses.ts';
import { createRouter } from '../../api/openapi/router.ts';
import {
  MAX_VERSION,
  templateDocument,
  templateName,
  templateSummary,
  templateVersion,
  templateView,
} from '../../jobs/model/template.ts';
import type { TemplateOwner } from '../../jobs/ports/templates.ts';
import { exampleTemplate, exampleTemplateView } from './examples.ts';
import { ignoredQuery } from './model.ts';

const view = templateView.meta({ id: 'Template', example: exampleTemplateView });
const summary = templateSummary.meta({ id: 'TemplateSummary' });
const document = templateDocument.meta({ id: 'TemplateDocument', example: exampleTemplate });
const versionEntry = templateVersion.meta({ id: 'TemplateVersion' });

const nameParam = z.object({ name: templateName });
const ownerQuery = z.strictObject({
  ...ignoredQuery,
  shared: z
    .enum(['true', 'false'])
    .optional()
    .describe('`true`: the template that all tenants share, which takes the role `admin`'),
});
const versionQuery = z.strictObject({
  ...ignoredQuery,
  version: z.coerce.number().int().min(1).max(MAX_VERSION).optional().describe('Default: the latest'),
});

const tags = ['Templates'];

/** Returns whose template a request changes. Throws `forbidden` if the caller may not share templates. */
function findOwner(c: Context<ApiEnv>, shared: 'true' | 'false' | undefined): TemplateOwner {
  if (shared !== 'true') return c.var.tenant;
  requirePermission(c, 'templates.share');
  return null;
}

export function templateRoutes({ templates }: Pick<ApiDependencies, 'templates'>): OpenAPIHono<ApiEnv> {
  const app = createRouter();

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/templates',
      ...requires('templates.read'),
      tags,
      operationId: 'listTemplates',
      summary: 'List templates',
      description: 'Returns the templates of the tenant, shared and built-in ones, by name.',
      responses: { 200: json(z.object({ templates: z.array(summary) }), 'The list'), ...fails(503) },
    }),
    async (c) => c.json({ templates: await templates.list(c.var.tenant) }, 200),
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/templates/{name}',
      ...requires('templates.read'),
      tags,
      operationId: 'getTemplate',
      summary: 'Get a template',
      description:
        'Returns one version of it. A template of the tenant comes before a shared one of its name, and that before a built-in one.',
      request: { params: nameParam, query: versionQuery },
      responses: { 200: json(view, 'The template'), ...fails(404, 422, 503) },
    }),
    async (c) => {
      const { version = null } = c.req.valid('query');
      return c.json(await templates.get(c.var.tenant, c.req.valid('param').name, version), 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/templates/{name}/versions',
      ...requires('templates.read'),
      tags,
      operationId: 'listTemplateVersions',
      summary: 'List the versions of a template',
      description: 'Returns them from the first to the latest.',
      request: { params: nameParam },
      responses: {
        200: json(z.object({ versions: z.array(versionEntry) }), 'The versions'),
        ...fails(404, 422, 503),
      },
    }),
    async (c) => c.json({ versions: await templates.versions(c.var.tenant, c.req.valid('param').name) }, 200),
  );

  app.openapi(
    createRoute({
      method: 'put',
      path: '/v1/templates/{name}',
      ...requires('templates.manage'),
      tags,
      operationId: 'putTemplate',
      summary: 'Write a template',
      description:
        'Makes a new version of it; earlier ones are kept. If the latest version is the same, nothing changes. The schema, the ' +
        'placeholders and the steps are checked.',
      request: {
        params: nameParam,
        query: ownerQuery,
        body: { required: true, content: { 'application/json': { schema: document } } },
      },
      responses: {
        200: json(view, 'The latest version, which is the same'),
        201: json(view, 'The new version'),
        ...fails(400, 409, 413, 415, 422, 503),
      },
    }),
    async (c) => {
      const owner = findOwner(c, c.req.valid('query').shared);
      const { name } = c.req.valid('param');
      const { template, changed } = await templates.put(owner, name, c.req.valid('json'));
      c.header('location', `/v1/templates/${name}?version=${template.version}`);
      return c.json(template, changed ? 201 : 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/v1/templates/{name}',
      ...requires('templates.manage'),
      tags,
      operationId: 'deleteTemplate',
      summary: 'Delete a template',
      description:
        'Deletes all versions. Jobs that were made from them do not change. The numbers of the versions are not used again.',
      request: { params: nameParam, query: ownerQuery },
      responses: { 204: { description: 'Deleted' }, ...fails(404, 422, 503) },
    }),
    async (c) => {
      const owner = findOwner(c, c.req.valid('query').shared);
      await templates.delete(owner, c.req.valid('param').name);
      return c.body(null, 204);
    },
  );

  return app;
}
