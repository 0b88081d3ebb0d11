import type { Job } from '../../src/client/client.ts';

/** Milliseconds that this run takes or took; null when it has not begun. */
export function runDuration(job: Pick<Job, 'started_at' | 'completed_at'>, now: number): number | null {
  if (job.started_at === null) return null;
  const end = job.completed_at === null ? now : Date.parse(job.completed_at);
  return Math.max(0, end - Date.parse(job.started_at));
}
