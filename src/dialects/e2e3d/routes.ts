/** The routes of e2e3d. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { createRouter } from '../../api/openapi/router.ts';
import { DialectJobs } from '../../jobs/query/dialect-jobs.ts';
import { jobRoutes } from './jobs.ts';
import { NAME } from './model.ts';
import { resultRoutes } from './results.ts';
import { submissionRoutes } from './submission.ts';
import { systemRoutes } from './system.ts';

export { fail } from './errors.ts';

export function createRoutes(dependencies: ApiDependencies): OpenAPIHono<ApiEnv> {
  const jobs = new DialectJobs(dependencies.service, NAME);
  return createRouter()
    .route('/', submissionRoutes(dependencies))
    .route('/', jobRoutes(dependencies, jobs))
    .route('/', resultRoutes(dependencies, jobs))
    .route('/', systemRoutes(dependencies, jobs));
}
