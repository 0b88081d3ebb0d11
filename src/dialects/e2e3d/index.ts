/** e2e3d: a textured model of the photographs in a directory of the server, under /api, and its files under /output. */
import type { Dialect } from '../dialect.ts';
import { callbackBody } from './callback.ts';

export const e2e3d = {
  name: 'e2e3d',
  paths: ['/api', '/output'],
  publicPaths: ['/api/health'],
  api: () => import('./routes.ts'),
  callbackBody,
} satisfies Dialect;
