/** Deletes jobs on request. */
import type { Job } from '../model/job.ts';
import type { JobRef } from '../model/run-input.ts';
import { leftoversDeletion } from '../model/scheduled-deletion.ts';
import { isTerminal } from '../model/states.ts';
import type { JobArchive } from '../ports/job-archive.ts';
import type { JobRuntime } from '../ports/job-runtime.ts';
import { jobNotFound } from '../query/find-job.ts';

export interface DeletionDependencies {
  readonly runtime: Pick<JobRuntime, 'remove'>;
  readonly archive: Pick<JobArchive, 'isDeleted' | 'tombstone' | 'erase'>;
}

/**
 * Stops a job if it runs, and erases everything but its tombstone.
 *
 * @param find returns the job; throws job_not_found when the caller may not see it
 * @throws job_not_found also for a job that was deleted before; an interrupted deletion is finished first.
 */
export async function deleteJob(
  { runtime, archive }: DeletionDependencies,
  ref: JobRef,
  find: () => Promise<Job>,
): Promise<void> {
  const wasDeleted = await archive.isDeleted(ref);
  const isRunning = !wasDeleted && !isTerminal((await find()).state);
  // The tombstone comes first: running activities see it, and an interrupted deletion can be finished.
  await archive.tombstone(ref, isRunning ? leftoversDeletion(ref, new Date()) : null);
  await runtime.remove(ref);
  await archive.erase(ref);
  if (wasDeleted) throw jobNotFound(ref);
}
