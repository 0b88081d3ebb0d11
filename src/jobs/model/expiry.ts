/** When a job expires, and until when a rerun can build on its checkpoints. */
import type { Job } from './job.ts';
import type { RetentionPolicy, RunInput } from './run-input.ts';

/** Returns when a job that ended at this time expires (ISO 8601); null: never. */
export const computeExpiry = (
  completedAt: string,
  { jobMs }: Pick<RetentionPolicy, 'jobMs'>,
): string | null => (jobMs === null ? null : new Date(Date.parse(completedAt) + jobMs).toISOString());

/** Returns true if clients no longer see a job. It may not be deleted yet. */
export const isExpired = ({ expires_at }: Pick<Job, 'expires_at'>, now = new Date()): boolean =>
  expires_at !== null && new Date(expires_at) < now;

/** Returns until when the checkpoints of a run are kept; null: it has not ended. */
export const workExpiry = (
  { completed_at }: Pick<Job, 'completed_at'>,
  { workMs }: RetentionPolicy,
): Date | null => (completed_at === null ? null : new Date(Date.parse(completed_at) + workMs));

/** Returns since when a rerun can no longer build on the checkpoints of this run; null: it still can. */
export function workExpiredSince(
  job: Pick<Job, 'completed_at'>,
  { retention }: Pick<RunInput, 'retention'>,
): Date | null {
  const expiry = workExpiry(job, retention);
  return expiry !== null && expiry < new Date() ? expiry : null;
}
