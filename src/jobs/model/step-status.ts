/** The status of steps at the end of their job. */
import type { JobError, JobStep } from './job.ts';

/**
 * Ends the steps that have not ended: those that ran are cancelled, and the others skipped.
 *
 * @param error Of the job. A job of one step fails with its step.
 */
export function endSteps(steps: readonly JobStep[], error: JobError | null, at: string): JobStep[] {
  const isOnly = steps.length === 1 && error !== null && error.code !== 'cancelled';
  return steps.map((step) => {
    if (isOnly && step.started_at !== null)
      return { ...step, state: 'failed', stage: null, completed_at: step.completed_at ?? at, error };
    if (step.state === 'running') return { ...step, state: 'cancelled', stage: null, completed_at: at };
    return step.state === 'waiting' ? { ...step, state: 'skipped', completed_at: at } : step;
  });
}
