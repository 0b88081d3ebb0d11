import type { Job } from '../../src/client/client.ts';

/** Returns the duration of the current run so far, ms; null if it has not started. */
export function runDuration(job: Pick<Job, 'started_at' | 'completed_at'>, now: number): number | null {
  if (job.started_at === null) return null;
  const end = job.completed_at === null ? now : Date.parse(job.completed_at);
  return Math.max(0, end - Date.parse(job.started_at));
}
