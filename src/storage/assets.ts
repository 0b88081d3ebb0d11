/** Downloaded assets: their bytes, and one document for each batch with the outcomes. */
import { randomUUID } from 'node:crypto';
import type { Batch } from '../jobs/model/batch.ts';
import type { RunRef } from '../jobs/model/run-input.ts';
import type { AssetDownload, AssetFiles } from '../jobs/ports/run-files.ts';
import { mapConcurrent } from '../lib/map-concurrent.ts';
import { readJson } from './json.ts';
import * as layout from './layout.ts';
import type { ObjectStore } from './object-store.ts';

/** Batches that are read concurrently. */
const READ_CONCURRENCY = 16;

interface StoredBatch {
  readonly fingerprint: string;
  readonly records: readonly AssetDownload[];
}

export function createAssetFiles(store: ObjectStore): AssetFiles {
  const readBatch = async (
    run: RunRef,
    batch: Batch,
    signal: AbortSignal,
  ): Promise<readonly AssetDownload[] | null> => {
    const stored = await readJson<StoredBatch>(store, layout.batchKey(run, batch), signal);
    return stored?.fingerprint === run.fingerprint ? stored.records : null;
  };
  return {
    readBatch,

    async readBatches(run, batches, signal) {
      const found = await mapConcurrent(batches, { concurrency: READ_CONCURRENCY, signal }, (batch, stop) =>
        readBatch(run, batch, stop),
      );
      return found.flatMap((downloads) => downloads ?? []);
    },

    async writeBatch(run, batch, records, signal) {
      const stored: StoredBatch = { fingerprint: run.fingerprint, records };
      await store.put(layout.batchKey(run, batch), JSON.stringify(stored), { signal });
    },

    async write(run, index, body, signal) {
      const key = layout.assetKey(run, index, randomUUID().slice(0, 8));
      return { key, ...(await store.put(key, body, { signal })) };
    },

    locateUpload: (job, upload) => ({ key: layout.uploadKey(job, upload) }),
  };
}
