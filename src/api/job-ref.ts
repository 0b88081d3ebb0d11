/** The job that a request names. */
import type { Context } from 'hono';
import { DarkroomError } from '../errors.ts';
import { jobId } from '../jobs/model/job.ts';
import type { JobRef } from '../jobs/model/run-input.ts';
import type { ApiEnv } from './context.ts';

/**
 * Returns the reference to a job of the request's tenant.
 *
 * @param id as the client wrote it
 * @throws job_not_found if no job can have this id
 */
export function parseJobRef(c: Context<ApiEnv>, id: string): JobRef {
  if (jobId.safeParse(id).success) return { tenant: c.var.tenant, id };
  throw new DarkroomError('job_not_found', `There is no job "${id}"`);
}
