/** The routes of guestkit. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { createRouter } from '../../api/openapi/router.ts';
import { ConcurrencyQuotas } from '../../jobs/submit/concurrency-quota.ts';
import type { SettingValues } from '../../lib/settings/setting.ts';
import { queueFull } from './errors.ts';
import { jobRoutes } from './jobs.ts';
import { countJobs } from './metrics.ts';
import { NAME } from './model.ts';
import type { settings } from './settings.ts';
import { submissionRoutes } from './submission.ts';
import { workerRoutes } from './worker.ts';

export { fail } from './errors.ts';

export function createRoutes(
  dependencies: ApiDependencies,
  config: SettingValues<typeof settings>,
): OpenAPIHono<ApiEnv> {
  const { runtime, submissions, metrics } = dependencies;
  countJobs(submissions, metrics.registry);
  const queueQuotas = new ConcurrencyQuotas(
    (tenant) => runtime.countOpen({ dialect: NAME, tenant, state: 'created' }),
    () => config.DARKROOM_GUESTKIT_MAX_QUEUE_SIZE,
    queueFull,
  );
  return createRouter()
    .route('/', submissionRoutes(dependencies, queueQuotas))
    .route('/', jobRoutes(dependencies))
    .route('/', workerRoutes(dependencies));
}
