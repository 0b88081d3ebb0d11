/** Where a job and its parts are found. `base` is the API's own address, or empty for links within it. */
import type { Job } from './job.ts';

export function linksOf({ id, state }: Pick<Job, 'id' | 'state'>, base = ''): Record<string, string> {
  const self = `${base}/v1/jobs/${encodeURIComponent(id)}`;
  return state === 'completed' ? { self, result: `${self}/result`, files: `${self}/files` } : { self };
}
