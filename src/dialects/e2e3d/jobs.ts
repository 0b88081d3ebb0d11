/** Jobs: the list, the status of one, cancel, pause, resume. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { requires } from '../../api/auth/route-actions.ts';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { JobLists, pageQuery } from '../../api/job-lists/job-lists.ts';
import { openJob } from '../../api/job-ref.ts';
import { json } from '../../api/openapi/responses.ts';
import { createRouter } from '../../api/openapi/router.ts';
import { states } from '../../jobs/model/states.ts';
import { fails } from './errors.ts';
import { type E2e3dStatus, e2e3dJob, NAME, statuses, toE2e3dJob, toE2e3dStatus } from './model.ts';
import { idParam, tags } from './openapi.ts';

const listQuery = z.object({
  status: z
    .string()
    .toLowerCase()
    .pipe(z.enum(['', ...statuses], `must be one of ${statuses.join(', ')}`))
    .optional()
    .openapi({
      type: 'string',
      enum: ['', ...statuses],
      description: 'Only jobs with this status, in any case; empty: all',
    }),
  ...pageQuery,
});

const jobList = z
  .object({
    jobs: z.array(e2e3dJob),
    total: z.int().describe('Number of jobs on all pages; for long lists up to five seconds old'),
    next_cursor: z.string().nullable().describe('Null on the last page'),
  })
  .meta({ id: 'E2e3dJobs' });

export function jobRoutes({
  jobs,
  estimator,
}: Pick<ApiDependencies, 'jobs' | 'estimator'>): OpenAPIHono<ApiEnv> {
  const app = createRouter();
  const lists = new JobLists(jobs, NAME);

  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/jobs',
      ...requires('jobs.read'),
      tags,
      summary: 'List jobs, the latest submission first',
      request: { query: listQuery },
      responses: { 200: json(jobList, 'The jobs'), ...fails(422, 503) },
    }),
    async (c) => {
      const { status, ...which } = c.req.valid('query');
      const wanted = { ...which, tenant: c.var.tenant, states: status ? listStates(status) : null };
      const { jobs, total, next } = await lists.page(wanted, c.req.raw.signal);
      return c.json({ jobs: jobs.map((job) => toE2e3dJob(job)), total, next_cursor: next }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/job/{job_id}',
      ...requires('jobs.read'),
      tags,
      summary: 'Status of a job',
      request: { params: idParam },
      responses: { 200: json(e2e3dJob, 'The job'), ...fails(404, 503) },
    }),
    async (c) => {
      const snapshot = await openJob(jobs, c, c.req.valid('param').job_id, { dialect: NAME });
      const expected = await estimator.estimate(snapshot);
      return c.json(toE2e3dJob(snapshot.job, expected?.at ?? null), 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/api/job/{job_id}',
      ...requires('jobs.control'),
      tags,
      summary: 'Cancel a job; its record and earlier results are kept',
      request: { params: idParam },
      responses: {
        200: json(e2e3dJob, 'The job is cancelled'),
        202: json(e2e3dJob, 'The job is being cancelled'),
        ...fails(404, 409, 503),
      },
    }),
    async (c) => {
      const opened = await openJob(jobs, c, c.req.valid('param').job_id, { dialect: NAME });
      const job = opened.job.state === 'cancelled' ? opened.job : await opened.control('cancel');
      return c.json(toE2e3dJob(job), job.state === 'cancelled' ? 200 : 202);
    },
  );

  for (const [action, summary] of [
    ['pause', 'Pause a job after its running stage'],
    ['resume', 'Resume a paused job'],
  ] as const) {
    app.openapi(
      createRoute({
        method: 'post',
        path: `/api/job/{job_id}/${action}`,
        ...requires('jobs.control'),
        tags,
        summary,
        request: { params: idParam },
        responses: { 200: json(e2e3dJob, 'The job'), ...fails(404, 409, 503) },
      }),
      async (c) => {
        const job = await openJob(jobs, c, c.req.valid('param').job_id, { dialect: NAME });
        return c.json(toE2e3dJob(await job.control(action)), 200);
      },
    );
  }

  return app;
}

const listStates = (status: E2e3dStatus) => states.filter((state) => toE2e3dStatus(state) === status);
