/** Keeps trying a callback whose first attempt failed, for days if need be. */
import { condition, proxyActivities, setHandler } from '@temporalio/workflow';
import type { Activities, NotifyStep } from '../activities/steps.ts';
import { NET_QUEUE } from '../src/temporal/attributes.ts';
import { attemptNow } from './messages.ts';

const { notify } = proxyActivities<Activities>({
  taskQueue: NET_QUEUE,
  startToCloseTimeout: '1m',
  retry: { initialInterval: '1s', maximumInterval: '1m' },
});

/** Waits are lengthened by up to this part, so that a receiver that comes back is not met by all callbacks at once. */
const JITTER = 0.1;

export interface Delivery {
  readonly step: Omit<NotifyStep, 'nextDelayMs'>;
  /** Waits before the second, third … attempt. */
  readonly scheduleMs: readonly number[];
  /** What the receiver asked for at the first attempt. */
  readonly retryAfterMs: number | null;
}

/** Ends with whether the receiver took the callback. */
export async function deliverCallback({ step, scheduleMs, retryAfterMs }: Delivery): Promise<boolean> {
  let asked = retryAfterMs;
  let now = false;
  setHandler(attemptNow, () => {
    now = true;
  });
  for (const [index, waitMs] of scheduleMs.entries()) {
    const wait = Math.max(waitMs * (1 + Math.random() * JITTER), asked ?? 0);
    await condition(() => now, Math.max(1, wait));
    now = false;
    const { outcome, retryAfterMs } = await notify({ ...step, nextDelayMs: scheduleMs[index + 1] ?? null });
    if (outcome !== 'failed') return outcome === 'delivered';
    asked = retryAfterMs;
  }
  return false;
}
