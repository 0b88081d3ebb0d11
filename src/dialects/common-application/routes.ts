/** The routes of the common application API: tasks whose assets come later, as URLs, in one or many calls. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { createRouter } from '../../api/openapi/router.ts';
import { assetRoutes } from './assets.ts';
import { checkDefaultTask } from './default-params.ts';
import { resultRoutes } from './results.ts';
import type { TaskSettings } from './settings.ts';
import { statusRoutes } from './status.ts';
import { taskRoutes } from './tasks.ts';
import { websiteRoutes } from './website.ts';

export { fail } from './envelope.ts';

export function createRoutes(dependencies: ApiDependencies, config: TaskSettings): OpenAPIHono<ApiEnv> {
  checkDefaultTask(config, dependencies.operations);
  return createRouter()
    .route('/', taskRoutes(dependencies, config))
    .route('/', assetRoutes(dependencies, config))
    .route('/', resultRoutes(dependencies))
    .route('/', websiteRoutes(dependencies))
    .route('/', statusRoutes(dependencies));
}
