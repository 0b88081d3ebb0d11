/** What a stage (or one batch of it) left behind, as the object store keeps it. */
import type { JobError } from '../src/jobs/job.ts';
import { type Batch, batchesOf } from '../src/jobs/order.ts';
import { readJson } from '../src/storage/json.ts';
import { checkpointKey } from '../src/storage/layout.ts';
import type { ObjectStore } from '../src/storage/store.ts';
import type { RunRef } from './steps.ts';

/** A result file, and where its bytes are. */
export interface StoredFile {
  /** As the operation wanted to name it; where several did the same, packaging numbers them. */
  readonly path: string;
  readonly asset: number | null;
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
}

export interface Checkpoint {
  /** Of the request that it belongs to. */
  readonly fingerprint: string;
  readonly outputs: readonly StoredFile[];
  /** Paths below the workspace. */
  readonly workspace: readonly string[];
  /** Assets that this stage found unusable. */
  readonly failures: readonly { readonly index: number; readonly error: JobError }[];
  /** The JSON result, if this stage gave one. */
  readonly data?: unknown;
}

/** Null: this part of the stage is not done. */
export async function readCheckpoint(
  store: ObjectStore,
  job: RunRef,
  stage: string,
  batch: Batch | null,
): Promise<Checkpoint | null> {
  const checkpoint = await readJson<Checkpoint>(store, checkpointKey(job, job.run, stage, batch));
  return checkpoint?.fingerprint === job.fingerprint ? checkpoint : null;
}

/** The batches in which a stage runs; [null] when it takes all assets at once. */
export const partsOf = (stage: { perAsset?: boolean | undefined }, assets: number): (Batch | null)[] =>
  stage.perAsset ? batchesOf(assets) : [null];
