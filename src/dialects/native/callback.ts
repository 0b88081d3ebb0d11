/** The body of callbacks, unless a dialect has one of its own. */
import { linksOf } from '../../jobs/model/links.ts';
import type { CallbackNews } from '../callback-body.ts';

export const nativeBody = ({ event, at, job, publicUrl }: CallbackNews): unknown => ({
  type: event,
  timestamp: at,
  data: { ...job, links: linksOf(job, publicUrl) },
});
