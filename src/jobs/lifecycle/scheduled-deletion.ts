/** What of an ended job is to be erased, and when. */

import type { Job } from '../model/job.ts';
import type { JobRef, RetentionPolicy, RunInput } from '../model/run-input.ts';
import type { JobRecord } from '../ports/job-archive.ts';

/** `work`: what only a rerun would need. `job`: all of it. `remains`: what was written below it since it was deleted. */
export interface ScheduledDeletion {
  readonly ref: JobRef;
  /** The run that has ended; when there is a later one, that one decides. 0 for remains. */
  readonly run: number;
  readonly what: 'work' | 'job' | 'remains';
  readonly at: Date;
}

const HOUR_MS = 60 * 60 * 1000;

/** A job is gone for its clients at once when it expires; who asked for it in that moment has his answer before it is erased. */
const EXPIRY_GRACE_MS = 60_000;

/** A step whose worker hears of nothing, being cut off from Temporal, has ended by then. */
const LAST_STEPS_MS = 24 * HOUR_MS;

/** The time until which a rerun can build on what this one leaves; null: always. */
function workIsKeptUntil(
  { completed_at }: Pick<Job, 'completed_at'>,
  retention: RetentionPolicy | undefined,
): Date | null {
  return retention && completed_at !== null ? new Date(Date.parse(completed_at) + retention.workMs) : null;
}

/** Since when a rerun can no longer build on what this run left; null: it can. */
export function workExpiredSince(
  job: Pick<Job, 'completed_at'>,
  { retention }: Pick<RunInput, 'retention'>,
): Date | null {
  const kept = workIsKeptUntil(job, retention);
  return kept !== null && kept < new Date() ? kept : null;
}

/** When a job that ended at this time expires. */
export function expiryOf(completedAt: string, retention: RetentionPolicy | undefined): string | null {
  if (!retention || retention.jobMs === null) return null;
  return new Date(Date.parse(completedAt) + retention.jobMs).toISOString();
}

/** Whether it is over with a job, although it may not be erased yet. */
export const isExpired = ({ expires_at }: Pick<Job, 'expires_at'>, now = new Date()): boolean =>
  expires_at !== null && new Date(expires_at) < now;

/** What is erased first; null: nothing ever. */
export function firstDeletion(record: JobRecord): ScheduledDeletion | null {
  const { job, runInput } = record;
  const whole = jobDeletion(record);
  const kept = workIsKeptUntil(job, runInput?.retention);
  if (kept === null) return whole;
  // A rerun that begins at the last moment is known to all before anything is erased.
  const grace = Math.min(HOUR_MS, runInput?.retention?.workMs ?? 0);
  const at = new Date(kept.getTime() + grace);
  const work: ScheduledDeletion = { ref: { tenant: job.tenant, id: job.id }, run: job.run, what: 'work', at };
  return whole && whole.at <= work.at ? whole : work;
}

/** When all of it is erased; null: never. */
export function jobDeletion({ job }: JobRecord): ScheduledDeletion | null {
  if (job.expires_at === null) return null;
  const at = new Date(Date.parse(job.expires_at) + EXPIRY_GRACE_MS);
  return { ref: { tenant: job.tenant, id: job.id }, run: job.run, what: 'job', at };
}

/** For a job that is deleted while it runs. */
export const leftoversDeletion = (ref: JobRef, deletedAt: Date): ScheduledDeletion => ({
  ref,
  run: 0,
  what: 'remains',
  at: new Date(deletedAt.getTime() + LAST_STEPS_MS),
});
