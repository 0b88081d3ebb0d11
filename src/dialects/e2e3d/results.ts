/** Results: where they are, and the files themselves under /output. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { ApiParts, Env } from '../../api/context.ts';
import { fileResponse } from '../../api/files/files.ts';
import { file, json } from '../../api/openapi.ts';
import { DarkroomError } from '../../errors.ts';
import type { Jobs } from '../../jobs/jobs.ts';
import { fileEntry, type Job } from '../../jobs/model/job.ts';
import type { JobRef } from '../../jobs/model/run-input.ts';
import { isTerminal } from '../../jobs/model/states.ts';
import type { StoredResult } from '../../jobs/ports/job-archive.ts';
import { createRoutes, refOf } from '../native/shared.ts';
import { e2e3dResults, e2e3dStatus, outputPath } from './callback.ts';
import { fails } from './errors.ts';
import { idParam, NAME, statuses, tags } from './shared.ts';

const example = (base: string) => ({
  mesh: `${base}/output/sample_job_123/mesh/reconstructed_mesh.obj`,
  texture: `${base}/output/sample_job_123/textures/texture.png`,
  pointcloud: `${base}/output/sample_job_123/pointcloud/pointcloud.ply`,
  metadata: `${base}/output/sample_job_123/metadata.json`,
  material: `${base}/output/sample_job_123/mesh/reconstructed_mesh.mtl`,
  model: `${base}/output/sample_job_123/reconstructed_model.glb`,
  preview: `${base}/output/sample_job_123/preview.png`,
});

const named = z.record(z.string(), z.string());

const results = z
  .object({
    job_id: z.string(),
    status: z.enum(statuses),
    output_dir: z
      .string()
      .openapi({ description: 'Address below which the files are, and which lists them' }),
    files: named.openapi({ description: 'Paths on this server', example: example('') }),
    minio_urls: named.openapi({
      description: 'Addresses in the object store, good for a day; where it has none, on this server',
      example: example('http://minio:9000'),
    }),
  })
  .meta({ id: 'E2e3dResults' });

const outputFile = fileEntry.omit({ asset: true }).extend({ url: z.string() }).meta({ id: 'E2e3dFile' });

export function resultRoutes({ jobs, publicUrl }: Pick<ApiParts, 'jobs' | 'publicUrl'>): OpenAPIHono<Env> {
  const app = createRoutes();

  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/job/{job_id}/results',
      tags,
      summary: 'Where the results of a job are',
      request: { params: idParam },
      responses: { 200: json(results, 'The results'), ...fails(404, 409, 503) },
    }),
    async (c) => {
      const { job, result } = await resultOf(jobs, refOf(c, c.req.valid('param').job_id));
      return c.json(await e2e3dResults(job, result, publicUrl), 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/output/{job_id}',
      tags,
      summary: 'All files of a job',
      request: { params: idParam },
      responses: {
        200: json(z.object({ job_id: z.string(), files: z.array(outputFile) }), 'The files'),
        ...fails(404, 409, 503),
      },
    }),
    async (c) => {
      const { job_id } = c.req.valid('param');
      const { result } = await resultOf(jobs, refOf(c, job_id));
      const files = result.files.map(({ entry: { asset: _, ...entry } }) => ({
        ...entry,
        url: publicUrl + outputPath(job_id, entry.path),
      }));
      return c.json({ job_id, files }, 200);
    },
  );

  // The path may have slashes, which a parameter of OpenAPI cannot say.
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/output/{job_id}/{path}',
    tags,
    summary: 'A file of a job; takes Range and If-None-Match',
    request: {
      params: idParam.extend({ path: z.string().openapi({ example: 'mesh/reconstructed_mesh.obj' }) }),
    },
    responses: {
      ...file('The file'),
      ...fails(404, 409, 416, 503),
    },
  });
  app.get('/output/:job_id/:path{.+}', async (c) => {
    const { job_id, path } = c.req.param();
    const { result } = await resultOf(jobs, refOf(c, job_id));
    const found = result.files.find(({ entry }) => entry.path === path);
    if (found) return fileResponse(c, found);
    throw new DarkroomError('file_not_found', `Job "${job_id}" has no file "${path}"; see /output/${job_id}`);
  });

  return app;
}

/** Throws result_not_ready, with the state in `details`. */
async function resultOf(jobs: Jobs, ref: JobRef): Promise<{ job: Job; result: StoredResult }> {
  const opened = await jobs.open(ref, { dialect: NAME });
  const { job } = opened;
  if (job.result) return { job, result: await opened.result() };
  const { state, error } = job;
  const status = e2e3dStatus(state);
  const why = error ? `: ${error.message}` : '';
  const message = isTerminal(state)
    ? `Job "${ref.id}" is ${status} and has no results${why}`
    : `Job "${ref.id}" is ${status}; its results are here once it is completed`;
  throw new DarkroomError('result_not_ready', message, { details: { state } });
}
