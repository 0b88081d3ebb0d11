/** Ports: the files and documents that the activities of a run keep in the object store. Implemented in `src/storage/`. */
import type { Readable } from 'node:stream';
import type { Batch } from '../model/batch.ts';
import type { Checkpoint, Digest, StagePart, StoredObject } from '../model/checkpoint.ts';
import type { DeliveryRecord } from '../model/delivery.ts';
import type { JobError } from '../model/job.ts';
import type { CollectedInputs, JobRef, RunRef } from '../model/run-input.ts';
import type { JobLogWriter } from './job-logs.ts';
import type { ReusableResults } from './reusable-results.ts';

/** Outcome of the download of one asset, or an input of a step that uses other steps. */
export interface AssetDownload {
  /** Position in the submitted list, or among the inputs of the step, from 0. */
  readonly index: number;
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** An object of the store, or a file below an input root, which is never copied. Null when the download failed. */
  readonly location: StoredObject | { readonly path: string } | null;
  /** Bytes. */
  readonly size: number | null;
  /** Null for a path input without a checksum: hashing a disk image takes minutes. */
  readonly sha256: string | null;
  readonly error: JobError | null;
  /** Of an input of a step: the asset that it was made from; null: several. Omitted: it is the asset itself. */
  readonly asset?: number | null;
}

/** Whose inputs: the assets of a run, or the inputs that were collected for one of its steps. */
export interface InputOwner extends RunRef {
  readonly collected?: CollectedInputs | null;
}

export interface InputCounts {
  readonly total: number;
  /** Inputs that cannot be used. */
  readonly failed: number;
  /** Files that do not meet the condition of the step. They are no inputs. */
  readonly skipped: number;
  /** Names of the first of them. */
  readonly skippedNames: readonly string[];
}

/** Downloaded assets, and inputs that were collected for steps. All methods throw `store_unavailable` when the store does not answer. */
export interface AssetFiles {
  /**
   * Stores the bytes of an asset. Each call writes an object of its own: a timed-out attempt may still write and must not
   * overwrite the bytes that a newer one recorded. Rejects with the error of `body` when that fails.
   */
  write(run: RunRef, index: number, body: Readable, signal: AbortSignal): Promise<StoredObject & Digest>;
  /** The object of an upload. `upload` is `Upload.upload`. */
  locateUpload(job: JobRef, upload: string): StoredObject;
  /** Outcomes of a batch. Null when it was not downloaded, or by another request with the same job id. */
  readBatch(run: RunRef, batch: Batch, signal: AbortSignal): Promise<readonly AssetDownload[] | null>;
  /** Outcomes of all these batches, in order. Batches that were not downloaded are left out. */
  readBatches(owner: InputOwner, batches: readonly Batch[], signal: AbortSignal): Promise<AssetDownload[]>;
  writeBatch(
    owner: InputOwner,
    batch: Batch,
    downloads: readonly AssetDownload[],
    signal: AbortSignal,
  ): Promise<void>;
  /** How many inputs were collected; null when not all their batches are written. */
  readCounts(run: RunRef, collected: CollectedInputs, signal: AbortSignal): Promise<InputCounts | null>;
  writeCounts(
    run: RunRef,
    collected: CollectedInputs,
    counts: InputCounts,
    signal: AbortSignal,
  ): Promise<void>;
}

/**
 * Files of one attempt at a part of a stage. Their keys include an id of the attempt: a timed-out attempt may still write
 * and must not overwrite the outputs of a newer one.
 */
export interface AttemptFiles {
  /** Moves a local file into the store as a result file. `name` is unique within the attempt. */
  adoptOutput(name: string, path: string, signal: AbortSignal): Promise<StoredObject & Digest>;
  /** Moves a local file into the store for the next stage. `name` is its path below the workspace. */
  adoptWorkspaceFile(name: string, path: string, signal: AbortSignal): Promise<StoredObject & Digest>;
  /** Copies a result file of another job. Null when it is missing. The digest is that of the copy. */
  copyOutput(name: string, from: StoredObject, signal: AbortSignal): Promise<(StoredObject & Digest) | null>;
  /** As `copyOutput`, for the next stage. */
  copyWorkspaceFile(
    name: string,
    from: StoredObject,
    signal: AbortSignal,
  ): Promise<(StoredObject & Digest) | null>;
}

/** Checkpoints and files of stages. All methods throw `store_unavailable` when the store does not answer. */
export interface StageFiles {
  /** Null when the part has not completed, or belongs to another request with the same job id. */
  readCheckpoint(part: StagePart, signal: AbortSignal): Promise<Checkpoint | null>;
  /** Returns the checkpoints of these parts, in their order. Throws when one of them has not completed. */
  readCheckpoints(parts: readonly StagePart[], signal: AbortSignal): Promise<Checkpoint[]>;
  /** Returns the digests of the document. */
  writeCheckpoint(part: StagePart, checkpoint: Checkpoint, signal: AbortSignal): Promise<Digest>;
  startAttempt(part: StagePart): AttemptFiles;
  /**
   * Returns the path of a local file with the bytes of an object. With `read`, that is the object itself where the store
   * keeps it as a local file; the caller must not change it. Otherwise it is a copy at `path`, whose directories are made.
   */
  toLocalFile(object: StoredObject, path: string, use: 'read' | 'copy', signal: AbortSignal): Promise<string>;
}

/** Records of callbacks. All methods throw `store_unavailable` when the store does not answer. */
export interface DeliveryLog {
  /** `seq`: position of the moment in the timeline of its run. Null before the first attempt. */
  readDelivery(run: Pick<RunRef, 'tenant' | 'id' | 'run'>, seq: number): Promise<DeliveryRecord | null>;
  writeDelivery(job: JobRef, delivery: DeliveryRecord): Promise<void>;
}

/** All that the activities of a run keep in the object store. */
export interface RunFiles {
  readonly assets: AssetFiles;
  readonly stages: StageFiles;
  readonly reusable: ReusableResults;
  readonly deliveries: DeliveryLog;
  readonly logs: JobLogWriter;
}
