/** Which part of an ended job is deleted next, and when. */
import { DAY_MS, HOUR_MS } from '../../lib/units.ts';
import { workExpiry } from './expiry.ts';
import type { Job } from './job.ts';
import type { JobRef, RunInput } from './run-input.ts';

export interface ScheduledDeletion {
  readonly ref: JobRef;
  /** The run that ended. A later run replaces its schedule. 0 for `remains`. */
  readonly run: number;
  /**
   * `work`: what only a rerun needs. `job`: everything. `remains`: what activities wrote after the job was deleted.
   */
  readonly what: 'work' | 'job' | 'remains';
  readonly at: Date;
}

interface EndedJob {
  readonly job: Job;
  /** Null: the job was rejected and never ran. */
  readonly runInput: RunInput | null;
}

/** Clients no longer see an expired job. Requests that have already opened it get this long to finish. */
const EXPIRY_GRACE_MS = 60_000;

/** An activity that is cut off from Temporal and misses its cancellation has ended by then. */
const LAST_ACTIVITIES_MS = DAY_MS;

/** Returns the first deletion after a run ended; null: everything is kept. */
export function firstDeletion({ job, runInput }: EndedJob): ScheduledDeletion | null {
  const all = jobDeletion({ job });
  const workExpiresAt = runInput && workExpiry(job, runInput.retention);
  if (!workExpiresAt) return all;
  // A rerun that starts at the last moment is visible to all processes before anything is erased.
  const graceMs = Math.min(HOUR_MS, runInput.retention.workMs);
  const at = new Date(workExpiresAt.getTime() + graceMs);
  return all && all.at <= at ? all : { ref: toRef(job), run: job.run, what: 'work', at };
}

/** Returns when the whole job is deleted; null: never. */
export function jobDeletion({ job }: Pick<EndedJob, 'job'>): ScheduledDeletion | null {
  if (job.expires_at === null) return null;
  const at = new Date(Date.parse(job.expires_at) + EXPIRY_GRACE_MS);
  return { ref: toRef(job), run: job.run, what: 'job', at };
}

/** Returns the second deletion of a job that was deleted while it ran. */
export const leftoversDeletion = (ref: JobRef, deletedAt: Date): ScheduledDeletion => ({
  ref,
  run: 0,
  what: 'remains',
  at: new Date(deletedAt.getTime() + LAST_ACTIVITIES_MS),
});

const toRef = ({ tenant, id }: Job): JobRef => ({ tenant, id });
