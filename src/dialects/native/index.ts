/** The native API, under /v1. It answers for every path that no other API owns. */
import { defineDialect } from '../dialect.ts';
import { callbackBody } from './callback.ts';

export const native = defineDialect({
  name: 'native',
  paths: ['/'],
  submissionPaths: ['/v1/jobs', '/v1/jobs/*/rerun'],
  // Links carry a signature instead of a login.
  publicPaths: ['/v1/links/*', '/v1/pages/*'],
  api: () => import('./routes.ts'),
  callbackBody,
});
