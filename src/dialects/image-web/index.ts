/** image-web: one image in a form, one image back. */
import { defineDialect } from '../dialect.ts';

export const imageWeb = defineDialect({
  name: 'image-web',
  paths: ['/jobs'],
  submissionPaths: ['/jobs'],
  api: () => import('./routes.ts'),
});
