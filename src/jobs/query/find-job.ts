/** Finds one job: in the runtime, or in the store when the runtime no longer knows it. */
import { DarkroomError, hasCode } from '../../errors.ts';
import { isExpired } from '../model/expiry.ts';
import type { Job } from '../model/job.ts';
import type { JobRef, RunInput } from '../model/run-input.ts';
import { isTerminal } from '../model/states.ts';
import type { JobArchive } from '../ports/job-archive.ts';
import type { JobRuntime, JobSnapshot } from '../ports/job-runtime.ts';

export interface FindDependencies {
  readonly runtime: Pick<JobRuntime, 'get' | 'runInput'>;
  readonly archive: Pick<JobArchive, 'record' | 'isDeleted'>;
}

/**
 * Returns a job and its timeline. While Temporal does not answer, ended jobs come from the store.
 *
 * @throws job_not_found, temporal_unavailable, store_unavailable
 */
export async function findJob({ runtime, archive }: FindDependencies, ref: JobRef): Promise<JobSnapshot> {
  const running = await runtime.get(ref).catch(async (error: unknown) => {
    const record = hasCode(error, 'temporal_unavailable')
      ? await archive.record(ref).catch(() => null)
      : null;
    if (record) return record;
    throw error;
  });
  const snapshot = running ? await withRecordedEnd(archive, running) : await archive.record(ref);
  if (!snapshot || (await isGone(archive, snapshot.job))) throw jobNotFound(ref, snapshot?.job.expires_at);
  return snapshot;
}

/**
 * The last step of a job may deliver its callback before the end is published. The receiver, who may read the job at once, finds it
 * ended. Without a callback, a job ends for all readers when Temporal knows it.
 */
async function withRecordedEnd(
  archive: Pick<JobArchive, 'record'>,
  running: JobSnapshot,
): Promise<JobSnapshot> {
  if (!running.mayHaveEnded) return running;
  const record = await archive.record(running.job).catch(() => null);
  const isOfThisRun = record?.job.run === running.job.run && record.fingerprint === running.fingerprint;
  const events: readonly string[] = record?.runInput?.callbackEvents ?? [];
  return isOfThisRun && events.includes(`job.${record.job.state}`) ? record : running;
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
