/** Results: their addresses, and the files under /output. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { requires } from '../../api/auth/route-actions.ts';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { fileResponse } from '../../api/files/file-response.ts';
import { openJob } from '../../api/job-ref.ts';
import { file, json } from '../../api/openapi/responses.ts';
import { createRouter } from '../../api/openapi/router.ts';
import { DarkroomError } from '../../errors.ts';
import type { Jobs } from '../../jobs/jobs.ts';
import type { Job } from '../../jobs/model/job.ts';
import { fileEntry } from '../../jobs/model/result.ts';
import { isTerminal } from '../../jobs/model/states.ts';
import type { StoredResult } from '../../jobs/ports/job-archive.ts';
import { fails } from './errors.ts';
import { NAME, toE2e3dStatus } from './model.ts';
import { idParam, tags } from './openapi.ts';
import { e2e3dResults, outputPath, toE2e3dResults } from './result-model.ts';

const outputFile = fileEntry.omit({ asset: true }).extend({ url: z.string() }).meta({ id: 'E2e3dFile' });

export function resultRoutes({
  jobs,
  publicUrl,
}: Pick<ApiDependencies, 'jobs' | 'publicUrl'>): OpenAPIHono<ApiEnv> {
  const app = createRouter();

  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/job/{job_id}/results',
      ...requires('results.read'),
      tags,
      summary: 'Addresses of the results of a job',
      request: { params: idParam },
      responses: { 200: json(e2e3dResults, 'The results'), ...fails(404, 409, 503) },
    }),
    async (c) => {
      const { job, result } = await openResult(jobs, c, c.req.valid('param').job_id);
      return c.json(await toE2e3dResults(job, result, publicUrl), 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/output/{job_id}',
      ...requires('results.read'),
      tags,
      summary: 'All files of a job',
      request: { params: idParam },
      responses: {
        200: json(z.object({ job_id: z.string(), files: z.array(outputFile) }), 'The files'),
        ...fails(404, 409, 503),
      },
    }),
    async (c) => {
      const { job, result } = await openResult(jobs, c, c.req.valid('param').job_id);
      const files = result.files.map(({ entry: { asset: _, ...entry } }) => ({
        ...entry,
        url: publicUrl + outputPath(job.id, entry.path),
      }));
      return c.json({ job_id: job.id, files }, 200);
    },
  );

  // The path may contain slashes, which OpenAPI cannot express.
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/output/{job_id}/{path}',
    ...requires('results.read'),
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
    const { result } = await openResult(jobs, c, job_id);
    const found = result.files.find(({ entry }) => entry.path === path);
    if (found) return fileResponse(c, found);
    throw new DarkroomError('file_not_found', `Job "${job_id}" has no file "${path}"; see /output/${job_id}`);
  });

  return app;
}

/** @throws job_not_found; result_not_ready with the state in `details` */
async function openResult(
  jobs: Jobs,
  c: Context<ApiEnv>,
  id: string,
): Promise<{ job: Job; result: StoredResult }> {
  const opened = await openJob(jobs, c, id, { dialect: NAME });
  const { job } = opened;
  if (job.result) return { job, result: await opened.result() };
  const { state, error } = job;
  const status = toE2e3dStatus(state);
  const why = error ? `: ${error.message}` : '';
  const message = isTerminal(state)
    ? `Job "${job.id}" is ${status} and has no results${why}`
    : `Job "${job.id}" is ${status}; its results are here once it is completed`;
  throw new DarkroomError('result_not_ready', message, { details: { state } });
}
