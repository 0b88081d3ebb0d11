/** Retries a callback whose first attempt failed, for days if its schedule says so. */
import { condition, proxyActivities } from '@temporalio/workflow';
import type { Activities, NotifyInput, NotifyResult } from '../activities/types.ts';
import { CALLBACK_QUEUE } from '../src/temporal/names.ts';
import { attemptNow, onSignal } from './messages.ts';
import { summarizeAttempt } from './summaries.ts';

const options = {
  taskQueue: CALLBACK_QUEUE,
  startToCloseTimeout: '1m',
  retry: { initialInterval: '1s', maximumInterval: '1m' },
} as const;

/** The share by which waits are lengthened at random, so that a receiver that comes back does not get all callbacks at once. */
const JITTER = 0.1;

export interface DeliverCallbackInput {
  readonly notification: Omit<NotifyInput, 'nextDelayMs'>;
  /** Milliseconds before each attempt. */
  readonly scheduleMs: readonly number[];
  /** The number of the first of them: 2 after an attempt by the workflow of the job. */
  readonly firstAttempt: number;
  /** Milliseconds that the receiver asked to wait (Retry-After) at the attempt before; null when it did not. */
  readonly retryAfterMs: number | null;
}

/** Returns whether the receiver took the callback. */
export async function deliverCallback(input: DeliverCallbackInput): Promise<boolean> {
  const { notification, scheduleMs, firstAttempt } = input;
  const { event } = notification;
  let retryAfterMs = input.retryAfterMs ?? 0;
  let attemptRequested = false;
  onSignal(attemptNow, () => {
    attemptRequested = true;
  });
  for (const [index, waitMs] of scheduleMs.entries()) {
    const attempt = firstAttempt + index;
    const delayMs = Math.max(1, waitMs * (1 + Math.random() * JITTER), retryAfterMs);
    const summary = summarizeAttempt(event, attempt, delayMs);
    await condition(() => attemptRequested, delayMs, { summary });
    const { notify } = proxyActivities<Activities>({ ...options, summary: summarizeAttempt(event, attempt) });
    let result: NotifyResult;
    do {
      const again = notification.again || attemptRequested;
      attemptRequested = false;
      result = await notify({ ...notification, again, nextDelayMs: scheduleMs[index + 1] ?? null });
      // Requested during the attempt. The workflow may end now, so the request is answered first.
    } while (attemptRequested);
    if (result.outcome !== 'failed') return result.outcome === 'delivered';
    retryAfterMs = result.retryAfterMs ?? 0;
  }
  return false;
}
