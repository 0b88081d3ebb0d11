/** Inputs: the bytes of downloaded assets, and one document for each batch of assets, or of inputs of a step. */
import { randomUUID } from 'node:crypto';
import type { Batch } from '../jobs/model/batch.ts';
import type { AssetDownload, AssetFiles, InputCounts, InputOwner } from '../jobs/ports/run-files.ts';
import { mapConcurrent } from '../lib/map-concurrent.ts';
import { READ_CONCURRENCY, readJson } from './json.ts';
import * as layout from './layout.ts';
import type { ObjectStore } from './object-store.ts';

interface StoredBatch {
  readonly fingerprint: string;
  readonly records: readonly AssetDownload[];
}

interface StoredCounts {
  readonly fingerprint: string;
  readonly counts: InputCounts;
}

const toKey = (owner: InputOwner, batch: Batch): string =>
  owner.collected ? layout.collectedKey(owner, owner.collected, batch) : layout.batchKey(owner, batch);

export function createAssetFiles(store: ObjectStore): AssetFiles {
  const readBatch = async (
    owner: InputOwner,
    batch: Batch,
    signal: AbortSignal,
  ): Promise<readonly AssetDownload[] | null> => {
    const stored = await readJson<StoredBatch>(store, toKey(owner, batch), signal);
    return stored?.fingerprint === owner.fingerprint ? stored.records : null;
  };
  return {
    readBatch,

    async readBatches(owner, batches, signal) {
      const found = await mapConcurrent(batches, { concurrency: READ_CONCURRENCY, signal }, (batch, stop) =>
        readBatch(owner, batch, stop),
      );
      return found.flatMap((downloads) => downloads ?? []);
    },

    async writeBatch(owner, batch, records, signal) {
      const stored: StoredBatch = { fingerprint: owner.fingerprint, records };
      await store.put(toKey(owner, batch), JSON.stringify(stored), { signal });
    },

    async readCounts(run, collected, signal) {
      const key = layout.collectedCountsKey(run, collected);
      const stored = await readJson<StoredCounts>(store, key, signal);
      return stored?.fingerprint === run.fingerprint ? stored.counts : null;
    },

    async writeCounts(run, collected, counts, signal) {
      const stored: StoredCounts = { fingerprint: run.fingerprint, counts };
      await store.put(layout.collectedCountsKey(run, collected), JSON.stringify(stored), { signal });
    },

    async write(run, index, body, signal) {
      const key = layout.assetKey(run, index, randomUUID().slice(0, 8));
      return { key, ...(await store.put(key, body, { signal })) };
    },

    locateUpload: (job, upload) => ({ key: layout.uploadKey(job, upload) }),
  };
}
