/** The REST API of guestkit's workers, under /api/v1. */
import { defineDialect } from '../dialect.ts';
import { settings } from './settings.ts';

export const guestkit = defineDialect({
  name: 'guestkit',
  paths: ['/api/v1'],
  submissionPaths: ['/api/v1/jobs'],
  publicPaths: ['/api/v1/health'],
  settings,
  api: () => import('./routes.ts'),
});
