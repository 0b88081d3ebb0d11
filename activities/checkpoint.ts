/** What a stage (or one batch of it) left behind, as the object store keeps it. */

import { type Batch, type BatchLayout, batchesOf } from '../src/jobs/model/batch.ts';
import type { JobError } from '../src/jobs/model/job.ts';
import type { StageInput } from '../src/jobs/model/run-input.ts';
import { readJson } from '../src/storage/json.ts';
import { checkpointKey } from '../src/storage/layout.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import type { RunRef } from './types.ts';

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

/** What the next stage finds in its workspace. */
export interface WorkspaceFile {
  /** Below the workspace. */
  readonly path: string;
  readonly key: string;
}

export interface Checkpoint {
  /** Of the request that it belongs to. */
  readonly fingerprint: string;
  /** Positions of the assets that it was given. */
  readonly inputs: readonly number[];
  readonly outputs: readonly StoredFile[];
  readonly workspace: readonly WorkspaceFile[];
  /** Assets that this stage found unusable. */
  readonly failures: readonly { readonly index: number; readonly error: JobError }[];
  /** Milliseconds that making it took. */
  readonly computeMs?: number;
  /** The JSON result, if this stage gave one. */
  readonly data?: unknown;
}

/** Null: this part of the stage is not done. */
export async function readCheckpoint(
  store: ObjectStore,
  job: RunRef,
  { name, run }: Pick<StageInput, 'name' | 'run'>,
  batch: Batch | null,
  signal: AbortSignal,
): Promise<Checkpoint | null> {
  const checkpoint = await readJson<Checkpoint>(store, checkpointKey(job, run, name, batch), signal);
  return checkpoint?.fingerprint === job.fingerprint ? checkpoint : null;
}

/** The batches in which a stage runs; [null] when it takes all assets at once. */
export const partsOf = (stage: { perAsset?: boolean | undefined }, layout: BatchLayout): (Batch | null)[] =>
  stage.perAsset ? batchesOf(layout) : [null];

/** A checkpoint, and what a rerun made of the assets that had failed there. */
export function mergeCheckpoint(previous: Checkpoint, more: Checkpoint): Checkpoint {
  const again = new Set(more.inputs);
  const outputs = [...previous.outputs, ...more.outputs];
  return {
    ...previous,
    ...more,
    inputs: [...new Set([...previous.inputs, ...more.inputs])].sort((a, b) => a - b),
    outputs: outputs.sort((a, b) => (a.asset ?? 0) - (b.asset ?? 0)),
    workspace: [...previous.workspace, ...more.workspace],
    failures: [...previous.failures.filter(({ index }) => !again.has(index)), ...more.failures],
  };
}
