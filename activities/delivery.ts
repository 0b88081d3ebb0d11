/** The deliveries of a job's callbacks, and each attempt at them, as the object store keeps them. */
import { json } from 'node:stream/consumers';
import type { CallbackEvent } from '../src/jobs/job.ts';
import { deliveryKey } from '../src/storage/layout.ts';
import type { ObjectStore } from '../src/storage/store.ts';
import type { RunRef } from './steps.ts';

export interface DeliveryAttempt {
  readonly at: string;
  /** HTTP status; null when there was no answer. */
  readonly status: number | null;
  /** What went wrong; null of a success. */
  readonly reason: string | null;
  readonly duration_ms: number;
}

export interface DeliveryRecord {
  /** The `webhook-id`, the same at each attempt, by which a receiver can tell repetitions. */
  readonly id: string;
  readonly event: CallbackEvent;
  readonly state: 'pending' | 'delivered' | 'failed';
  readonly attempts: readonly DeliveryAttempt[];
  readonly next_attempt_at: string | null;
}

/** One delivery for each end of a run. */
export const deliveryId = ({ run }: RunRef, event: CallbackEvent): string =>
  `${run}-${event.replace('job.', '')}`;

export async function readDelivery(
  store: ObjectStore,
  job: RunRef,
  id: string,
): Promise<DeliveryRecord | null> {
  const body = await store.get(deliveryKey(job, id));
  return body && ((await json(body)) as DeliveryRecord);
}

export async function writeDelivery(
  store: ObjectStore,
  job: RunRef,
  id: string,
  record: DeliveryRecord,
): Promise<void> {
  await store.put(deliveryKey(job, id), JSON.stringify(record));
}
