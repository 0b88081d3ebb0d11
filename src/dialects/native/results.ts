/** Results of the native API: the manifest, single files, all files as a ZIP. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { requires } from '../../api/auth/route-actions.ts';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { fileResponse } from '../../api/files/file-response.ts';
import { parseJobRef } from '../../api/job-ref.ts';
import { bytes, fails, file, json } from '../../api/openapi/responses.ts';
import { createRouter } from '../../api/openapi/router.ts';
import { safeNames } from '../../api/zip/names.ts';
import { type ZipFile, zipResponse } from '../../api/zip/zip-response.ts';
import { jobId } from '../../jobs/model/job-spec.ts';
import { fileEntry, type Manifest, manifest } from '../../jobs/model/result.ts';
import { exampleResult } from './examples.ts';
import { idParam } from './model.ts';

const tags = ['Results'];

export function resultRoutes({ jobs }: Pick<ApiDependencies, 'jobs'>): OpenAPIHono<ApiEnv> {
  const app = createRouter();

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/jobs/{id}/result',
      ...requires('results.read'),
      tags,
      operationId: 'getResult',
      summary: 'Get the result of a job',
      description: 'Returns the JSON result, the files, and the outcome of each asset.',
      request: { params: idParam },
      responses: {
        200: json(manifest.meta({ id: 'Result', example: exampleResult }), 'The result'),
        ...fails(404, 409, 422, 503),
      },
    }),
    async (c) => {
      const job = await jobs.open(parseJobRef(c, c.req.valid('param').id));
      return c.json((await job.result()).manifest, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/jobs/{id}/files',
      ...requires('results.read'),
      tags,
      operationId: 'listFiles',
      summary: 'List result files',
      description: 'Returns the files of the result.',
      request: { params: idParam },
      responses: {
        200: json(z.object({ files: z.array(fileEntry) }), 'The files'),
        ...fails(404, 409, 422, 503),
      },
    }),
    async (c) => {
      const job = await jobs.open(parseJobRef(c, c.req.valid('param').id));
      const { manifest } = await job.result();
      return c.json({ files: manifest.files }, 200);
    },
  );

  // The path may contain slashes, which OpenAPI cannot describe.
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/v1/jobs/{id}/files/{path}',
    ...requires('results.read'),
    tags,
    operationId: 'getFile',
    summary: 'Download a result file',
    description: 'Supports Range and If-None-Match. The content type is that of the file.',
    request: { params: z.object({ id: jobId, path: z.string().openapi({ example: 'photo.webp' }) }) },
    responses: {
      ...file('The file'),
      ...fails(404, 409, 416, 422, 503),
    },
  });
  app.get('/v1/jobs/:id/files/:path{.+}', async (c) => {
    const { id, path } = c.req.param();
    const job = await jobs.open(parseJobRef(c, id));
    return fileResponse(c, await job.file(path));
  });

  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/v1/jobs/{id}/assets/{index}',
    ...requires('results.read'),
    tags,
    operationId: 'getAsset',
    summary: 'Download an asset',
    description:
      'Returns the bytes that the job downloaded or received, as long as it can be run again. Files on the server, which it reads in place, are not returned. Supports Range and If-None-Match.',
    request: {
      params: z.object({
        id: jobId,
        index: z
          .string()
          .regex(/^\d{1,9}$/)
          .openapi({ type: 'integer', minimum: 0, example: 0 }),
      }),
    },
    responses: { ...file('The asset'), ...fails(404, 416, 422, 503) },
  });
  app.get('/v1/jobs/:id/assets/:index{[0-9]+}', async (c) => {
    const { id, index } = c.req.param();
    const job = await jobs.open(parseJobRef(c, id));
    return fileResponse(c, await job.asset(Number(index)));
  });

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/jobs/{id}/archive',
      ...requires('results.export'),
      tags,
      operationId: 'getArchive',
      summary: 'Download all result files as a ZIP',
      description: 'The last file is `manifest.json`, the result itself.',
      request: { params: idParam },
      responses: {
        200: bytes('The archive', 'application/zip'),
        304: { description: 'Unchanged' },
        ...fails(404, 409, 422, 503),
      },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const job = await jobs.open(parseJobRef(c, id));
      const result = await job.result();
      const modified = new Date(job.job.completed_at ?? 0);
      const files = result.files.map(({ entry, crc32, open }) => ({
        ...entry,
        crc32,
        modified,
        open: () => open(),
      }));
      const names = safeNames(files.map(({ path }) => path));
      const manifest = {
        ...result.manifest,
        files: result.manifest.files.map((file, at) => ({ ...file, path: names[at] ?? file.path })),
      };
      const entries = [...files, { ...toManifestFile(manifest), modified }];
      return zipResponse(c, entries, { fileName: `${id}.zip` }) as never;
    },
  );

  return app;
}

/** Returns the manifest as a file of the archive, with the names that files have in it. */
function toManifestFile(manifest: Manifest): Omit<ZipFile, 'modified'> {
  const bytes = Buffer.from(JSON.stringify(manifest, null, 2));
  return {
    path: 'manifest.json',
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    crc32: crc32(bytes),
    open: async () => Readable.from([bytes]),
  };
}
