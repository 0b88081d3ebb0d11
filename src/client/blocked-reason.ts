/** Returns why a job makes no progress; null when an activity runs, or the reason is unknown. `now`: epoch, ms. */
import type { PendingActivity } from '../jobs/model/pending-activity.ts';

export function blockedReason(pending: readonly PendingActivity[], now = Date.now()): string | null {
  const failing = pending.find(({ kind, state }) => kind === 'workflow' && state === 'retrying');
  if (failing) return `attempt ${failing.attempt}: ${failing.error?.message ?? 'the workflow fails'}`;
  if (pending.some(({ state }) => state === 'running')) return null;
  if (pending.some(({ state }) => state === 'paused'))
    return 'an administrator paused an activity in Temporal';
  const failed = pending.find(({ state }) => state === 'retrying');
  if (failed?.error?.code === 'result_awaited') return 'waits for a job that computes the same';
  if (failed) {
    const seconds = Math.max(0, Math.round((Date.parse(failed.next_attempt_at ?? '') - now) / 1000));
    return `attempt ${failed.attempt} in ${seconds} s; the one before failed: ${failed.error?.message ?? 'unknown error'}`;
  }
  const [waiting] = pending;
  if (!waiting) return null;
  const since =
    waiting.since === null
      ? ''
      : ` for ${Math.max(0, Math.round((now - Date.parse(waiting.since)) / 1000))} s`;
  return `has waited${since} for a free worker (queue ${waiting.task_queue ?? 'unknown'})`;
}
