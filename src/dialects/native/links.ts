/** Signed links to result files, and the files behind them. */
import { type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { requires } from '../../api/auth/route-actions.ts';
import { readOptionalJsonBody } from '../../api/bodies/json-body.ts';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { fileResponse } from '../../api/files/file-response.ts';
import { parseJobRef } from '../../api/job-ref.ts';
import type { LinkProof, LinkTarget } from '../../api/links.ts';
import { fails, file, json } from '../../api/openapi/responses.ts';
import { createRouter } from '../../api/openapi/router.ts';
import { invalidFields } from '../../jobs/validation/invalid-request.ts';
import { encodePath } from '../../lib/encode-path.ts';
import { safeParseNulls } from '../../lib/parse-nulls.ts';
import { idParam } from './model.ts';

/** Public paths, as `index.ts` declares. */
const FILES = '/v1/links';
const PAGES = '/v1/pages';

const DEFAULT_SECONDS = 3600;
const FRONT_PAGE = 'index.html';

const link = z
  .object({
    url: z.string().describe('Anyone who has it can read the file, with GET and HEAD'),
    path: z.string(),
    expires_at: z.iso.datetime(),
  })
  .meta({
    id: 'Link',
    example: {
      url: 'https://darkroom.example/v1/links/acme/holiday/index.html?expires=1796040000&signature=q2l…',
      path: 'index.html',
      expires_at: '2026-11-30T12:00:00.000Z',
    },
  });

const tags = ['Results'];
const path = z.string().openapi({ example: 'photo.webp' });
const target = z.object({ tenant: z.string(), ...idParam.shape, path });
const proof = { expires: z.string(), signature: z.string() };

export function linkRoutes({
  jobs,
  links,
  publicUrl,
}: Pick<ApiDependencies, 'jobs' | 'links' | 'publicUrl'>): OpenAPIHono<ApiEnv> {
  const app = createRouter();
  const defaultSeconds = Math.min(DEFAULT_SECONDS, links.maxSeconds);
  const linkRequest = z
    .strictObject({
      path: z.string().min(1).optional().describe(`A file of the result; default: \`${FRONT_PAGE}\``),
      expires_in: z
        .int()
        .min(1)
        .max(links.maxSeconds)
        .optional()
        .describe(`Seconds; default: ${defaultSeconds}`),
    })
    .meta({ id: 'LinkRequest', example: { path: 'photo.webp', expires_in: defaultSeconds } });

  // Not by `app.openapi`, which takes a missing body for a malformed one.
  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/v1/jobs/{id}/links',
    ...requires('links.create'),
    tags,
    operationId: 'createLink',
    summary: 'Make a link to a result file that needs no login',
    description:
      'The link expires, and ends with the job. A link to an HTML page opens all files of the result, since the page shows them.',
    request: {
      params: idParam,
      body: { required: false, content: { 'application/json': { schema: linkRequest } } },
    },
    responses: { 201: json(link, 'The link'), ...fails(400, 404, 409, 413, 415, 422, 503) },
  });
  app.post('/v1/jobs/:id/links', async (c) => {
    const ref = parseJobRef(c, c.req.param('id'));
    const parsed = safeParseNulls(linkRequest, await readOptionalJsonBody(c));
    if (!parsed.success) throw invalidFields(parsed.error.issues);
    const { path = FRONT_PAGE, expires_in = defaultSeconds } = parsed.data;
    await (await jobs.open(ref)).file(path);
    const expires = Math.floor(Date.now() / 1000) + expires_in;
    const query = new URLSearchParams({ ...links.prove({ ...ref, path }, expires) });
    const url = `${publicUrl}${FILES}/${ref.tenant}/${ref.id}/${encodePath(path)}?${query}`;
    return c.json({ url, path, expires_at: new Date(expires * 1000).toISOString() }, 201);
  });

  const openFile = async (c: Context<ApiEnv>, path: string, target: LinkTarget, proof: LinkProof) => {
    links.verify(target, proof);
    // The address is a secret: links of a page must not carry it to other sites.
    c.header('referrer-policy', 'no-referrer');
    return (await jobs.open(target)).file(path);
  };

  app.openAPIRegistry.registerPath({
    method: 'get',
    path: `${FILES}/{tenant}/{id}/{path}`,
    tags,
    operationId: 'openLink',
    summary: 'Download a result file by a link',
    description: 'Needs no login. A page redirects to an address below which its pictures are.',
    request: { params: target, query: z.object(proof) },
    responses: {
      ...file('The file'),
      302: { description: 'The address of the page' },
      ...fails(403, 404, 409, 416, 503),
    },
  });
  app.get(`${FILES}/:tenant/:id/:path{.+}`, async (c) => {
    const { tenant, id, path } = c.req.param();
    const { expires = '', signature = '' } = c.req.query();
    const opened = await openFile(c, path, { tenant, id, path }, { expires, signature });
    if (!opened.entry.media_type.startsWith('text/html')) return fileResponse(c, opened);
    const all = links.prove({ tenant, id, path: null }, expires);
    return c.redirect(`${PAGES}/${tenant}/${id}/${expires}/${all.signature}/${encodePath(path)}`);
  });

  app.openAPIRegistry.registerPath({
    method: 'get',
    path: `${PAGES}/{tenant}/{id}/{expires}/{signature}/{path}`,
    tags,
    operationId: 'openPage',
    summary: 'Open a page of a result, or what it shows',
    description: 'Needs no login. Links to pages redirect to it.',
    request: { params: target.extend(proof) },
    responses: { ...file('The file'), ...fails(403, 404, 409, 416, 503) },
  });
  app.get(`${PAGES}/:tenant/:id/:expires/:signature/:path{.+}`, async (c) => {
    const { tenant, id, expires, signature, path } = c.req.param();
    return fileResponse(c, await openFile(c, path, { tenant, id, path: null }, { expires, signature }));
  });

  return app;
}
