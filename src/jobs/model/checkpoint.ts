/** What a completed stage stores for later stages and for reruns. */
import type { Batch } from './batch.ts';
import type { JobError } from './job.ts';
import type { ResultNote } from './result.ts';
import type { RunRef, StageInput } from './run-input.ts';

/** An object of the store. Only the store reads the key. */
export interface StoredObject {
  readonly key: string;
}

/** Size and digests of bytes that were written. */
export interface Digest {
  /** Bytes. */
  readonly size: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** Unsigned. ZIP archives need it. */
  readonly crc32: number;
}

/** One batch of a per-asset stage, or all of a stage that takes all assets at once (`batch` is null). */
export interface StagePart {
  readonly job: RunRef;
  /** Name of the step. */
  readonly step: string;
  readonly stage: Pick<StageInput, 'name' | 'run'>;
  readonly batch: Batch | null;
}

/** A result file. */
export interface OutputFile extends StoredObject, Digest {
  /** The name that the operation chose. Packaging numbers names that were chosen more than once. */
  readonly path: string;
  /** Index of the input of its step that it was made from; null when it was made from several. */
  readonly asset: number | null;
}

/** A file that the next stage finds in its workspace. */
export interface WorkspaceFile extends StoredObject, Digest {
  /** Relative to the workspace. */
  readonly path: string;
}

/** An asset that cannot be used. */
export interface AssetFailure {
  readonly index: number;
  readonly error: JobError;
}

export interface Checkpoint {
  /** Fingerprint of the request that the job was made of. */
  readonly fingerprint: string;
  /** Indices of the assets that the stage was given. */
  readonly inputs: readonly number[];
  readonly outputs: readonly OutputFile[];
  readonly workspace: readonly WorkspaceFile[];
  /** Assets that the stage could not process. */
  readonly failures: readonly AssetFailure[];
  /** Assets that failed before the stage: while they were downloaded, or in any earlier stage. */
  readonly leftOut: readonly AssetFailure[];
  readonly notes: readonly ResultNote[];
  /** Duration of the attempt that completed, in milliseconds. */
  readonly computeMs: number;
  /** Milliseconds that another job spent on what this one copied. Omitted: it was computed. */
  readonly reusedMs?: number;
  /** The JSON result, if the stage produced one. */
  readonly data?: unknown;
}
