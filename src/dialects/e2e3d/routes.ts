/** The routes of e2e3d. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { createRouter } from '../../api/openapi/router.ts';
import { jobRoutes } from './jobs.ts';
import { resultRoutes } from './results.ts';
import { submissionRoutes } from './submission.ts';
import { systemRoutes } from './system.ts';

export { fail } from './errors.ts';

export function createRoutes(dependencies: ApiDependencies): OpenAPIHono<ApiEnv> {
  return createRouter()
    .route('/', submissionRoutes(dependencies))
    .route('/', jobRoutes(dependencies))
    .route('/', resultRoutes(dependencies))
    .route('/', systemRoutes(dependencies));
}
