/** The REST API of guestkit's workers, under /api/v1. */
import type { Dialect } from '../dialect.ts';

export const guestkit = {
  name: 'guestkit',
  paths: ['/api/v1'],
  publicPaths: ['/api/v1/health'],
  api: () => import('./routes.ts'),
} satisfies Dialect;
