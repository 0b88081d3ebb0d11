/** Jobs: the list, how one stands, what came of it. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { JobLists, pageQuery } from '../../api/job-lists/job-lists.ts';
import { parseJobRef } from '../../api/job-ref.ts';
import { json } from '../../api/openapi/responses.ts';
import { createRouter } from '../../api/openapi/router.ts';
import { DarkroomError, hasCode } from '../../errors.ts';
import { jobId } from '../../jobs/model/job.ts';
import type { JobRef } from '../../jobs/model/run-input.ts';
import { success, tags } from './envelope.ts';
import { fails } from './errors.ts';
import { guestkitJob, NAME, toGuestkitJob } from './model.ts';

const idParam = z.object({ id: z.string().openapi({ example: 'inspect-vm-001' }) });

const listQuery = z.strictObject(pageQuery);

const jobList = z
  .object({
    jobs: z.array(guestkitJob),
    total: z.int().describe('All jobs, on this page or not; of many, as counted at most five seconds ago'),
    next_cursor: z.string().nullable().describe('Null on the last page'),
  })
  .meta({ id: 'GuestkitJobs' });

export function jobRoutes({ jobs }: Pick<ApiDependencies, 'jobs'>): OpenAPIHono<ApiEnv> {
  const app = createRouter();
  const lists = new JobLists(jobs, NAME);

  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/jobs',
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
      tags,
      summary: 'How a job stands',
      request: { params: idParam },
      responses: { 200: json(success(guestkitJob), 'The job'), ...fails(404, 503) },
    }),
    async (c) => {
      const ref = parseJobRef(c, c.req.valid('param').id);
      const { job } = await known(ref, () => jobs.open(ref, { dialect: NAME }));
      const data = toGuestkitJob(job);
      return c.json({ success: true as const, data }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/jobs/{id}/result',
      tags,
      summary: 'The result of a completed job',
      request: { params: idParam },
      responses: {
        200: json(success(z.unknown()), 'What the operation gave'),
        ...fails(404, 503),
      },
    }),
    async (c) => {
      const ref = parseJobRef(c, c.req.valid('param').id);
      const opened = await known(ref, () => jobs.open(ref, { dialect: NAME }));
      const { status, error } = toGuestkitJob(opened.job);
      if (status !== 'Completed') {
        const why = error === null ? '' : `: ${error}`;
        const message = `Result of job ${ref.id} is not available, the job is ${status}${why}`;
        throw new DarkroomError('result_not_ready', message);
      }
      const { manifest } = await opened.result();
      return c.json({ success: true as const, data: manifest.data }, 200);
    },
  );

  return app;
}

/** An id that no job could have is one that no job has. */
async function known<T>(ref: JobRef, read: () => Promise<T>): Promise<T> {
  const missing = () => new DarkroomError('job_not_found', `Job ${ref.id} not found`);
  if (!jobId.safeParse(ref.id).success) throw missing();
  return read().catch((error: unknown) => {
    throw hasCode(error, 'job_not_found') ? missing() : error;
  });
}
