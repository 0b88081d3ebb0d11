/** Addresses of a job and its parts in the native API. */
import type { Job } from '../jobs/model/job.ts';

/**
 * Returns the links of a job: `self` and, once it has a result, `result` and `files`.
 * A result of an earlier run counts while the next run is active or after it failed.
 *
 * @param publicUrl address of this server without a slash at the end; left out, the links are paths
 */
export function jobLinks({ id, result }: Pick<Job, 'id' | 'result'>, publicUrl = ''): Record<string, string> {
  const self = jobUrl(id, publicUrl);
  return result ? { self, result: `${self}/result`, files: `${self}/files` } : { self };
}

/** Returns the address of a job. */
export const jobUrl = (id: string, publicUrl = ''): string =>
  `${publicUrl}/v1/jobs/${encodeURIComponent(id)}`;
