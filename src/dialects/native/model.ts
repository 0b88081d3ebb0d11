/** A job as the native API shows it. */
import { z } from 'zod';
import { toBasePath } from '../../api/base-path.ts';
import { jobLinks } from '../../api/job-links.ts';
import { type Job, job, jobId } from '../../jobs/model/job.ts';
import { exampleJob } from './examples.ts';

export const idParam = z.object({ id: jobId });

/** Clients add `_` to the query against caches. The OpenAPI document omits it. */
export const ignoredQuery = { _: z.string().optional() };

export const jobResource = job
  .extend({ links: z.record(z.string(), z.string()) })
  .meta({ id: 'Job', example: exampleJob });

export type JobResource = z.infer<typeof jobResource>;

/**
 * Returns a function that adds the links to a job.
 *
 * @param publicUrl address of this server; its path is part of the links
 */
export function jobFormatter(publicUrl: string): (job: Job) => JobResource {
  const basePath = toBasePath(publicUrl);
  return (job) => ({ ...job, links: jobLinks(job, basePath) });
}
