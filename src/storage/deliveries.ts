/** Records of callbacks: one document for each event of a run. */
import type { Delivery, DeliveryRecord } from '../jobs/model/delivery.ts';
import type { JobDeliveries } from '../jobs/ports/job-archive.ts';
import type { DeliveryLog } from '../jobs/ports/run-files.ts';
import { readJson } from './json.ts';
import * as layout from './layout.ts';
import type { ObjectStore } from './object-store.ts';

export const createJobDeliveries = (store: ObjectStore): JobDeliveries & DeliveryLog => ({
  async deliveries(ref) {
    const found: Delivery[] = [];
    for await (const { key } of store.list(layout.deliveryPrefix(ref))) {
      const stored = await readJson<DeliveryRecord>(store, key);
      if (!stored) continue;
      const { about: _, ...delivery } = stored;
      found.push(delivery);
    }
    return found;
  },

  readDelivery: (job, seq) => readJson(store, layout.deliveryKey(job, job.run, seq)),

  async writeDelivery(job, delivery) {
    await store.put(layout.deliveryKey(job, delivery.run, delivery.seq), JSON.stringify(delivery));
  },
});
