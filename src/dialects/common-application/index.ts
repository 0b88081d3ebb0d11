/** The common application API: tasks whose assets arrive later, as URLs, in one or many calls. */
import { defineDialect } from '../dialect.ts';
import { settings } from './settings.ts';

export const commonApplication = defineDialect({
  name: 'common-application',
  paths: ['/api/v1/task', '/api/v1/assets', '/api/v1/result', '/api/v1/status'],
  // By the contract. It shows the number of open tasks, and nothing of a tenant.
  publicPaths: ['/api/v1/status'],
  settings,
  api: () => import('./routes.ts'),
});
