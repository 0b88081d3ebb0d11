/** What of an ended job is to be erased, and when. */

import type { Job } from '../model/job.ts';
import type { JobOrder, JobRef, Keeping } from '../model/run-input.ts';
import type { JobRecord } from '../ports/job-archive.ts';

/** `work`: what only a rerun would need. `job`: all of it. `remains`: what was written below it since it was deleted. */
export interface Due {
  readonly ref: JobRef;
  /** The run that has ended; when there is a later one, that one decides. 0 for remains. */
  readonly run: number;
  readonly what: 'work' | 'job' | 'remains';
  readonly at: Date;
}

const HOUR_MS = 60 * 60 * 1000;

/** A job is gone for its clients at once when it expires; who asked for it in that moment has his answer before it is erased. */
const FAREWELL_MS = 60_000;

/** A step whose worker hears of nothing, being cut off from Temporal, has ended by then. */
const LAST_STEPS_MS = 24 * HOUR_MS;

/** The time until which a rerun can build on what this one leaves; null: always. */
function workIsKeptUntil(
  { completed_at }: Pick<Job, 'completed_at'>,
  keeping: Keeping | undefined,
): Date | null {
  return keeping && completed_at !== null ? new Date(Date.parse(completed_at) + keeping.workMs) : null;
}

/** Since when a rerun can no longer build on what this run left; null: it can. */
export function workOverSince(
  job: Pick<Job, 'completed_at'>,
  { keeping }: Pick<JobOrder, 'keeping'>,
): Date | null {
  const kept = workIsKeptUntil(job, keeping);
  return kept !== null && kept < new Date() ? kept : null;
}

/** When a job that ended at this time expires. */
export function expiryOf(completedAt: string, keeping: Keeping | undefined): string | null {
  if (!keeping || keeping.jobMs === null) return null;
  return new Date(Date.parse(completedAt) + keeping.jobMs).toISOString();
}

/** Whether it is over with a job, although it may not be erased yet. */
export const isExpired = ({ expires_at }: Pick<Job, 'expires_at'>, now = new Date()): boolean =>
  expires_at !== null && new Date(expires_at) < now;

/** What is erased first; null: nothing ever. */
export function firstDue(record: JobRecord): Due | null {
  const { job, order } = record;
  const whole = jobDue(record);
  const kept = workIsKeptUntil(job, order?.keeping);
  if (kept === null) return whole;
  // A rerun that begins at the last moment is known to all before anything is erased.
  const grace = Math.min(HOUR_MS, order?.keeping?.workMs ?? 0);
  const at = new Date(kept.getTime() + grace);
  const work: Due = { ref: { tenant: job.tenant, id: job.id }, run: job.run, what: 'work', at };
  return whole && whole.at <= work.at ? whole : work;
}

/** When all of it is erased; null: never. */
export function jobDue({ job }: JobRecord): Due | null {
  if (job.expires_at === null) return null;
  const at = new Date(Date.parse(job.expires_at) + FAREWELL_MS);
  return { ref: { tenant: job.tenant, id: job.id }, run: job.run, what: 'job', at };
}

/** For a job that is deleted while it runs. */
export const remainsDue = (ref: JobRef, deletedAt: Date): Due => ({
  ref,
  run: 0,
  what: 'remains',
  at: new Date(deletedAt.getTime() + LAST_STEPS_MS),
});
