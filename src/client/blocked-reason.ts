/** What keeps a job from going on, in words; null when a step runs, or nothing is known. `now`: epoch, ms. */
import type { PendingActivity } from '../jobs/model/pending-activity.ts';

export function blockedReason(steps: readonly PendingActivity[], now = Date.now()): string | null {
  if (steps.some(({ state }) => state === 'running')) return null;
  const failed = steps.find(({ state }) => state === 'retrying');
  if (failed) {
    const seconds = Math.max(0, Math.round((Date.parse(failed.next_attempt_at ?? '') - now) / 1000));
    return `attempt ${failed.attempt} in ${seconds} s; the one before failed: ${failed.error?.message ?? 'unknown error'}`;
  }
  const [waiting] = steps;
  if (!waiting) return null;
  const since =
    waiting.since === null
      ? ''
      : ` for ${Math.max(0, Math.round((now - Date.parse(waiting.since)) / 1000))} s`;
  return `has waited${since} for a free worker (queue ${waiting.task_queue ?? 'unknown'})`;
}
