/** The deliveries of a job's callbacks, as the object store keeps them. */
import type { StoredDelivery } from '../src/storage/archive.ts';
import { readJson } from '../src/storage/json.ts';
import { deliveryKey } from '../src/storage/layout.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import type { NotifyInput } from './types.ts';

/** One for each moment of a run that is told. */
const keyOf = ({ job, seq }: Moment): string => deliveryKey(job, job.run, seq);

type Moment = Pick<NotifyInput, 'job' | 'seq'>;

export const readDelivery = (store: ObjectStore, moment: Moment): Promise<StoredDelivery | null> =>
  readJson(store, keyOf(moment));

export async function writeDelivery(
  store: ObjectStore,
  moment: Moment,
  delivery: StoredDelivery,
): Promise<void> {
  await store.put(keyOf(moment), JSON.stringify(delivery));
}
