/** image-web: one image in a form, one image back. */
import type { Dialect } from '../dialect.ts';

export const imageWeb = {
  name: 'image-web',
  paths: ['/jobs'],
  api: () => import('./routes.ts'),
} satisfies Dialect;
