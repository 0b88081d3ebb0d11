/** A job as the native API shows it. */
import { z } from 'zod';
import { jobLinks } from '../../api/job-links.ts';
import { type Job, job, jobId } from '../../jobs/model/job.ts';

export const idParam = z.object({ id: jobId });

/** Clients add `_` to the query against caches. The OpenAPI document omits it. */
export const ignoredQuery = { _: z.string().optional() };

export const jobResource = job.extend({ links: z.record(z.string(), z.string()) }).meta({ id: 'Job' });

export const toJobResource = (job: Job) => ({ ...job, links: jobLinks(job) });
