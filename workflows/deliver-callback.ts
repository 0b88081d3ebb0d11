/** Keeps trying a callback whose first attempt failed, for days if need be. */
import { condition, proxyActivities, setHandler } from '@temporalio/workflow';
import type { Activities, NotifyInput, NotifyResult } from '../activities/types.ts';
import { CALLBACK_QUEUE } from '../src/temporal/names.ts';
import { attemptNow } from './messages.ts';

const { notify } = proxyActivities<Activities>({
  taskQueue: CALLBACK_QUEUE,
  startToCloseTimeout: '1m',
  retry: { initialInterval: '1s', maximumInterval: '1m' },
});

/** Waits are lengthened by up to this part, so that a receiver that comes back is not met by all callbacks at once. */
const JITTER = 0.1;

export interface Delivery {
  readonly step: Omit<NotifyInput, 'nextDelayMs'>;
  /** Waits before the second, third … attempt. */
  readonly scheduleMs: readonly number[];
  /** What the receiver asked for at the first attempt. */
  readonly retryAfterMs: number | null;
}

/** Ends with whether the receiver took the callback. */
export async function deliverCallback({ step, scheduleMs, retryAfterMs }: Delivery): Promise<boolean> {
  let wait = retryAfterMs ?? 0;
  let asked = false;
  setHandler(attemptNow, () => {
    asked = true;
  });
  for (const [index, waitMs] of scheduleMs.entries()) {
    await condition(() => asked, Math.max(1, waitMs * (1 + Math.random() * JITTER), wait));
    let last: NotifyResult;
    do {
      const again = step.again || asked;
      asked = false;
      last = await notify({ ...step, again, nextDelayMs: scheduleMs[index + 1] ?? null });
      // Asked for during the attempt: there may be nobody left to ask in a moment.
    } while (asked);
    if (last.outcome !== 'failed') return last.outcome === 'delivered';
    wait = last.retryAfterMs ?? 0;
  }
  return false;
}
