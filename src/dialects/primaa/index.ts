/** primaa: an algorithm on the image at a URL, and a callback. */
import { defineDialect } from '../dialect.ts';
import { callbackBody } from './callback.ts';

export const primaa = defineDialect({
  name: 'primaa',
  paths: ['/job-submission', '/status'],
  submissionPaths: ['/job-submission'],
  api: () => import('./routes.ts'),
  callbackBody,
});
