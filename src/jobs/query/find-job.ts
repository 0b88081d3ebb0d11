/** Finds one job: in the runtime, or in the store when the runtime no longer knows it. */
import { DarkroomError, hasCode } from '../../errors.ts';
import { isExpired } from '../model/expiry.ts';
import type { Job } from '../model/job.ts';
import type { JobRef, RunInput } from '../model/run-input.ts';
import { isTerminal } from '../model/states.ts';
import type { JobArchive } from '../ports/job-archive.ts';
import type { JobRuntime, JobSnapshot } from '../ports/job-runtime.ts';
import type { ShownEnds } from './shown-ends.ts';

export interface FindDependencies {
  readonly runtime: Pick<JobRuntime, 'get' | 'runInput'>;
  readonly archive: Pick<JobArchive, 'record' | 'isDeleted'>;
  readonly shownEnds: ShownEnds;
}

/**
 * Returns a job and its timeline. While Temporal does not answer, ended jobs come from the store.
 *
 * @throws job_not_found, temporal_unavailable, store_unavailable
 */
export async function findJob(dependencies: FindDependencies, ref: JobRef): Promise<JobSnapshot> {
  const { runtime, archive, shownEnds } = dependencies;
  const running = await runtime.get(ref).catch(async (error: unknown) => {
    const record = hasCode(error, 'temporal_unavailable')
      ? await archive.record(ref).catch(() => null)
      : null;
    if (!record) throw error;
    shownEnds.add(record.job);
    return record;
  });
  const snapshot = running ? await withRecordedEnd(dependencies, running) : await archive.record(ref);
  if (!snapshot || (await isGone(archive, snapshot.job))) throw jobNotFound(ref, snapshot?.job.expires_at);
  return snapshot;
}

/**
 * A job whose end is recorded and not yet published has ended for those who can know it: the receiver of its callback, and
 * readers who were shown the end while Temporal did not answer. For all others it ends when Temporal knows it.
 *
 * @throws store_unavailable for a job that was shown as ended
 */
async function withRecordedEnd(
  { archive, shownEnds }: Pick<FindDependencies, 'archive' | 'shownEnds'>,
  running: JobSnapshot,
): Promise<JobSnapshot> {
  if (!running.mayHaveEnded) return running;
  const wasShown = shownEnds.has(running.job);
  const record = await archive.record(running.job).catch((error: unknown) => {
    if (wasShown) throw error;
    return null;
  });
  const isOfThisRun = record?.job.run === running.job.run && record.fingerprint === running.fingerprint;
  if (!isOfThisRun) return running;
  const events: readonly string[] = record.runInput?.callbackEvents ?? [];
  return wasShown || events.includes(`job.${record.job.state}`) ? record : running;
}

/** Whether a job was deleted or has expired. The runtime may still list it. Only ended jobs can be gone. */
export async function isGone(archive: Pick<JobArchive, 'isDeleted'>, job: Job): Promise<boolean> {
  if (!isTerminal(job.state)) return false;
  return isExpired(job) || (await archive.isDeleted(job));
}

/**
 * Returns the input of a job's latest run.
 *
 * @throws job_not_rerunnable when it is stored nowhere.
 */
export async function findRunInput({ runtime, archive }: FindDependencies, job: Job): Promise<RunInput> {
  const record = await archive.record(job);
  const runInput = record?.job.run === job.run ? record.runInput : await runtime.runInput(job);
  if (runInput) return runInput;
  throw new DarkroomError('job_not_rerunnable', `The request of job "${job.id}" is no longer stored`);
}

export const jobNotFound = ({ id }: JobRef, expiredAt?: string | null): DarkroomError =>
  new DarkroomError(
    'job_not_found',
    expiredAt ? `Job "${id}" was kept until ${expiredAt}` : `There is no job "${id}"`,
  );
