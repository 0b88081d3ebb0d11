/** Retries a callback whose first attempt failed, for days if its schedule says so. */
import { condition, proxyActivities, setHandler } from '@temporalio/workflow';
import type { Activities, NotifyInput, NotifyResult } from '../activities/types.ts';
import { CALLBACK_QUEUE } from '../src/temporal/names.ts';
import { attemptNow } from './messages.ts';

const { notify } = proxyActivities<Activities>({
  taskQueue: CALLBACK_QUEUE,
  startToCloseTimeout: '1m',
  retry: { initialInterval: '1s', maximumInterval: '1m' },
});

/** The share by which waits are lengthened at random, so that a receiver that comes back does not get all callbacks at once. */
const JITTER = 0.1;

export interface DeliverCallbackInput {
  readonly notification: Omit<NotifyInput, 'nextDelayMs'>;
  /** Milliseconds before each attempt. */
  readonly scheduleMs: readonly number[];
  /** Milliseconds that the receiver asked to wait (Retry-After) at the attempt before; null when it did not. */
  readonly retryAfterMs: number | null;
}

/** Returns whether the receiver took the callback. */
export async function deliverCallback(input: DeliverCallbackInput): Promise<boolean> {
  const { notification, scheduleMs } = input;
  let retryAfterMs = input.retryAfterMs ?? 0;
  let attemptRequested = false;
  setHandler(attemptNow, () => {
    attemptRequested = true;
  });
  for (const [index, waitMs] of scheduleMs.entries()) {
    const withJitter = waitMs * (1 + Math.random() * JITTER);
    await condition(() => attemptRequested, Math.max(1, withJitter, retryAfterMs));
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
