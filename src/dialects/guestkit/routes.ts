/** The routes of guestkit. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { createRouter } from '../../api/openapi/router.ts';
import { ConcurrencyQuotas } from '../../jobs/submit/concurrency-quota.ts';
import { queueFull } from './errors.ts';
import { jobRoutes } from './jobs.ts';
import { NAME } from './model.ts';
import { submissionRoutes } from './submission.ts';
import { workerRoutes } from './worker.ts';

export { fail } from './errors.ts';

export function createRoutes(dependencies: ApiDependencies): OpenAPIHono<ApiEnv> {
  const { runtime, guestkit } = dependencies;
  const queueQuotas = new ConcurrencyQuotas(
    (tenant) => runtime.countOpen({ dialect: NAME, tenant, state: 'created' }),
    () => guestkit.maxQueueSize,
    queueFull,
  );
  return createRouter()
    .route('/', submissionRoutes(dependencies, queueQuotas))
    .route('/', jobRoutes(dependencies))
    .route('/', workerRoutes(dependencies));
}
