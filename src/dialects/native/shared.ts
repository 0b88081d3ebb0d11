/** What the routes of the native API share. */

import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Env } from '../../api/context.ts';
import { DarkroomError } from '../../errors.ts';
import { type Job, job, jobId } from '../../jobs/model/job.ts';
import { linksOf } from '../../jobs/model/links.ts';
import type { JobRef } from '../../jobs/model/run-input.ts';
import { invalidFields } from '../../jobs/validation/invalid-request.ts';

export const createRoutes = (): OpenAPIHono<Env> =>
  new OpenAPIHono<Env>({
    defaultHook: (result) => {
      if (!result.success) throw invalidFields(result.error.issues);
    },
  });

export const idParam = z.object({ id: jobId });

/** The job that a request is about. Throws job_not_found for what cannot be an id. */
export function refOf(c: Context<Env>, id: string): JobRef {
  if (jobId.safeParse(id).success) return { tenant: c.var.tenant, id };
  throw new DarkroomError('job_not_found', `There is no job "${id}"`);
}

/** A job as the API shows it. */
export const resource = job.extend({ links: z.record(z.string(), z.string()) }).meta({ id: 'Job' });

export const withLinks = (job: Job) => ({ ...job, links: linksOf(job) });
