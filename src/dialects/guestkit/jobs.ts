/** Jobs: the list, the status of one, its result. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { requires } from '../../api/auth/route-actions.ts';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { JobLists, pageQuery } from '../../api/job-lists/job-lists.ts';
import { openJob } from '../../api/job-ref.ts';
import { json } from '../../api/openapi/responses.ts';
import { createRouter } from '../../api/openapi/router.ts';
import { DarkroomError, hasCode } from '../../errors.ts';
import type { OpenedJob } from '../../jobs/opened-job.ts';
import { success, tags } from './envelope.ts';
import { fails } from './errors.ts';
import { guestkitJob, NAME, toGuestkitJob } from './model.ts';

const idParam = z.object({ id: z.string().openapi({ example: 'inspect-vm-001' }) });

const listQuery = z.object(pageQuery);

const jobList = z
  .object({
    jobs: z.array(guestkitJob),
    total: z.int().describe('Number of jobs on all pages; for long lists up to five seconds old'),
    next_cursor: z.string().nullable().describe('Null on the last page'),
  })
  .meta({ id: 'GuestkitJobs' });

export function jobRoutes({ jobs }: Pick<ApiDependencies, 'jobs'>): OpenAPIHono<ApiEnv> {
  const app = createRouter();
  const lists = new JobLists(jobs, NAME);
  const open = (c: Context<ApiEnv>, id: string): Promise<OpenedJob> =>
    openJob(jobs, c, id, { dialect: NAME }).catch((error: unknown) => {
      throw hasCode(error, 'job_not_found') ? new DarkroomError(error.code, `Job ${id} not found`) : error;
    });

  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/jobs',
      ...requires('jobs.read'),
      tags,
      summary: 'List jobs, the latest submission first',
      request: { query: listQuery },
      responses: { 200: json(success(jobList), 'The jobs'), ...fails(400, 503) },
    }),
    async (c) => {
      const wanted = { ...c.req.valid('query'), tenant: c.var.tenant, states: null };
      const { jobs, total, next } = await lists.page(wanted, c.req.raw.signal);
      const data = { jobs: jobs.map(toGuestkitJob), total, next_cursor: next };
      return c.json({ success: true as const, data }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/jobs/{id}',
      ...requires('jobs.read'),
      tags,
      summary: 'Status of a job',
      request: { params: idParam },
      responses: { 200: json(success(guestkitJob), 'The job'), ...fails(404, 503) },
    }),
    async (c) => {
      const data = toGuestkitJob((await open(c, c.req.valid('param').id)).job);
      return c.json({ success: true as const, data }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/jobs/{id}/result',
      ...requires('results.read'),
      tags,
      summary: 'The result of a completed job',
      request: { params: idParam },
      responses: {
        200: json(success(z.unknown()), 'The result of the operation'),
        ...fails(404, 503),
      },
    }),
    async (c) => {
      const opened = await open(c, c.req.valid('param').id);
      const { job_id, status, error } = toGuestkitJob(opened.job);
      if (status !== 'Completed') {
        const why = error === null ? '' : `: ${error}`;
        const message = `Result of job ${job_id} is not available, the job is ${status}${why}`;
        throw new DarkroomError('result_not_ready', message);
      }
      const { manifest } = await opened.result();
      return c.json({ success: true as const, data: manifest.data }, 200);
    },
  );

  return app;
}
