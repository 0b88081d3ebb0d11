/** The routes of the native API. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { createRouter } from '../../api/openapi/router.ts';
import { auditRoutes } from './audit.ts';
import { credentialRoutes } from './credentials.ts';
import { deliveryRoutes } from './deliveries.ts';
import { eventRoutes } from './events.ts';
import { jobListRoutes } from './job-list.ts';
import { jobRoutes } from './jobs.ts';
import { linkRoutes } from './links.ts';
import { logRoutes } from './log.ts';
import { operationRoutes } from './operations.ts';
import { resultRoutes } from './results.ts';
import { sessionRoutes } from './session.ts';
import { submissionRoutes } from './submission.ts';
import { templateRoutes } from './templates.ts';
import { usageRoutes } from './usage.ts';

export { problemResponse as fail } from '../../api/problems/problem.ts';

export function createRoutes(dependencies: ApiDependencies): OpenAPIHono<ApiEnv> {
  return createRouter()
    .route('/', submissionRoutes(dependencies))
    .route('/', jobListRoutes(dependencies))
    .route('/', jobRoutes(dependencies))
    .route('/', eventRoutes(dependencies))
    .route('/', logRoutes(dependencies))
    .route('/', resultRoutes(dependencies))
    .route('/', linkRoutes(dependencies))
    .route('/', deliveryRoutes(dependencies))
    .route('/', operationRoutes(dependencies))
    .route('/', credentialRoutes(dependencies))
    .route('/', templateRoutes(dependencies))
    .route('/', usageRoutes(dependencies))
    .route('/', auditRoutes(dependencies))
    .route('/', sessionRoutes(dependencies));
}
