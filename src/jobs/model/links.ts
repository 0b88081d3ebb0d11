/** Where a job and its parts are found. `base` is the API's own address, or empty for links within it. */
import type { Job } from './job.ts';

export function linksOf({ id, result }: Pick<Job, 'id' | 'result'>, base = ''): Record<string, string> {
  const self = addressOf({ id }, base);
  // Also of an earlier run, while the next is under way or when it failed.
  return result ? { self, result: `${self}/result`, files: `${self}/files` } : { self };
}

export const addressOf = ({ id }: Pick<Job, 'id'>, base = ''): string =>
  `${base}/v1/jobs/${encodeURIComponent(id)}`;
