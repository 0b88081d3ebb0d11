/** The common application API: tasks whose assets arrive later, as URLs, in one or many calls. */
import { defineDialect } from '../dialect.ts';
import { settings } from './settings.ts';

export const commonApplication = defineDialect({
  name: 'common-application',
  paths: ['/api/v1/task', '/api/v1/assets', '/api/v1/result', '/api/v1/status', '/api/v1/website'],
  submissionPaths: ['/api/v1/task'],
  // The contract makes the status public: it shows the number of open tasks. An address of a website is a secret itself.
  publicPaths: ['/api/v1/status', '/api/v1/website/*'],
  settings,
  api: () => import('./routes.ts'),
});
