/** The body of the native API's callbacks, and of each API without a body of its own. */
import { jobLinks } from '../../api/job-links.ts';
import type { CallbackContext } from '../callback-body.ts';

export const callbackBody = ({ event, at, job, publicUrl }: CallbackContext): unknown => ({
  type: event,
  timestamp: at,
  data: { ...job, links: jobLinks(job, publicUrl) },
});
