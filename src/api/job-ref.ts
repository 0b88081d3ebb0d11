/** The job that a request names. */
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { DarkroomError, hasCode } from '../errors.ts';
import type { JobScope, Jobs } from '../jobs/jobs.ts';
import { jobId } from '../jobs/model/job-spec.ts';
import type { JobRef } from '../jobs/model/run-input.ts';
import type { OpenedJob } from '../jobs/opened-job.ts';
import { parseUuid } from '../lib/uuid.ts';
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

/** As `parseJobRef`, for an API whose ids the server makes: takes any spelling of a UUID. */
export const parseUuidRef = (c: Context<ApiEnv>, id: string): JobRef => parseJobRef(c, parseUuid(id) ?? id);

/** An id that a client chooses. A UUID in braces, which is no id, becomes one without. */
export const chosenJobId = z
  .string()
  .transform((id) => (jobId.safeParse(id).success ? id : (parseUuid(id) ?? id)))
  .pipe(jobId)
  .openapi({ type: 'string', ...jobId.meta() });

/**
 * Opens a job of an API whose clients may choose ids: one with exactly this id or, for a UUID, with another spelling of it.
 *
 * @throws job_not_found
 */
export async function openJob(
  jobs: Pick<Jobs, 'open'>,
  c: Context<ApiEnv>,
  id: string,
  scope: JobScope,
): Promise<OpenedJob> {
  const uuid = parseUuid(id);
  const spellings = uuid === null ? [id] : [...new Set([id, uuid, uuid.toUpperCase()])];
  let missing: unknown;
  for (const spelling of spellings) {
    try {
      return await jobs.open(parseJobRef(c, spelling), scope);
    } catch (error) {
      if (!hasCode(error, 'job_not_found')) throw error;
      missing ??= error;
    }
  }
  throw missing;
}
