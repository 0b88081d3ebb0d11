/** What became of each asset of a batch, as the object store keeps it between download and stages. */

import type { Batch } from '../src/jobs/model/batch.ts';
import type { JobError } from '../src/jobs/model/job.ts';
import { mapConcurrent } from '../src/lib/map-concurrent.ts';
import { readJson } from '../src/storage/json.ts';
import { batchKey } from '../src/storage/layout.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import type { RunRef } from './types.ts';

export interface AssetRecord {
  /** Position in the submitted list, from 0. */
  readonly index: number;
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Where the bytes are: an object of the store, or a file below an input root, which is never copied. */
  readonly location: { readonly key: string } | { readonly path: string } | null;
  /** Bytes. */
  readonly size: number | null;
  /** Null of a path input without a checksum: hashing a disk image takes minutes. */
  readonly sha256: string | null;
  readonly error: JobError | null;
}

interface StoredBatch {
  readonly fingerprint: string;
  readonly records: readonly AssetRecord[];
}

/** Null: this batch is not here, or is that of another request with the same id. */
export async function readBatch(
  store: ObjectStore,
  job: RunRef,
  batch: Batch,
  signal: AbortSignal,
): Promise<readonly AssetRecord[] | null> {
  const stored = await readJson<StoredBatch>(store, batchKey(job, batch), signal);
  return stored?.fingerprint === job.fingerprint ? stored.records : null;
}

export async function writeBatch(
  store: ObjectStore,
  job: RunRef,
  batch: Batch,
  records: readonly AssetRecord[],
  signal: AbortSignal,
): Promise<void> {
  const stored: StoredBatch = { fingerprint: job.fingerprint, records };
  await store.put(batchKey(job, batch), JSON.stringify(stored), { signal });
}

/** Batches that are read from the store at once. */
const READS = 16;

/** The records of all these batches, in order; of those that are not here, none. */
export async function readBatches(
  store: ObjectStore,
  job: RunRef,
  batches: readonly Batch[],
  signal: AbortSignal,
): Promise<AssetRecord[]> {
  const found = await mapConcurrent(batches, { concurrency: READS, signal }, (batch, stop) =>
    readBatch(store, job, batch, stop),
  );
  return found.flatMap((records) => records ?? []);
}
