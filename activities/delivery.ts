/** The deliveries of a job's callbacks, as the object store keeps them. */
import type { Delivery } from '../src/jobs/delivery.ts';
import type { CallbackEvent } from '../src/jobs/job.ts';
import { readJson } from '../src/storage/json.ts';
import { deliveryKey } from '../src/storage/layout.ts';
import type { ObjectStore } from '../src/storage/store.ts';
import type { RunRef } from './steps.ts';

/** One for each end of a run. */
const keyOf = (job: RunRef, event: CallbackEvent): string =>
  deliveryKey(job, `${job.run}-${event.replace('job.', '')}`);

export const readDelivery = (
  store: ObjectStore,
  job: RunRef,
  event: CallbackEvent,
): Promise<Delivery | null> => readJson(store, keyOf(job, event));

export async function writeDelivery(store: ObjectStore, job: RunRef, delivery: Delivery): Promise<void> {
  await store.put(keyOf(job, delivery.event), JSON.stringify(delivery));
}
