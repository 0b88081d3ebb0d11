/** A job as the native API shows it. */
import { z } from '@hono/zod-openapi';
import { toBasePath } from '../../api/base-path.ts';
import { jobLinks } from '../../api/job-links.ts';
import { type Job, job } from '../../jobs/model/job.ts';
import { jobPlan } from '../../jobs/model/job-plan.ts';
import { jobId } from '../../jobs/model/job-spec.ts';
import { exampleJob, exampleJobPlan } from './examples.ts';

export const idParam = z.object({ id: jobId });

/** Clients add `_` to the query against caches. The OpenAPI document omits it. */
export const ignoredQuery = { _: z.string().optional() };

/** A query parameter that is a time. */
export const timeQuery = z.union(
  [z.iso.datetime({ offset: true }), z.iso.date()],
  'must be a time such as 2026-11-21T09:30:00Z, or a date such as 2026-11-21',
);

/** The query parameters of a list. */
export const pageQuery = ({ max, standard }: { max: number; standard: number }) => ({
  cursor: z.string().optional().describe('`next_cursor` of the page before'),
  limit: z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(1).max(max))
    .default(standard)
    .openapi({ type: 'integer', minimum: 1, maximum: max, default: standard }),
});

export const jobResource = job
  .extend({ links: z.record(z.string(), z.string()) })
  .meta({ id: 'Job', example: exampleJob });

export const jobPlanSchema = jobPlan.meta({ id: 'JobPlan', example: exampleJobPlan });

/** A query parameter of what can be planned. */
export const dryRun = z
  .enum(['true', 'false'])
  .optional()
  .describe('`true`: returns what would be computed; stores and starts nothing');

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
