/** e2e3d: a textured model of the photographs in a directory of the server, under /api, and its files under /output. */
import { defineDialect } from '../dialect.ts';
import { callbackBody } from './callback.ts';

export const e2e3d = defineDialect({
  name: 'e2e3d',
  paths: ['/api', '/output'],
  submissionPaths: ['/api/reconstruct'],
  publicPaths: ['/api/health'],
  api: () => import('./routes.ts'),
  callbackBody,
});
