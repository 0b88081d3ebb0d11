/** Port: the object store as the domain sees it. Implemented in `src/storage/archive.ts`. */
import type { Delivery } from './delivery.ts';
import type { JobFilter, JobPage, JobSnapshot } from './engine.ts';
import type { FileEntry, Manifest } from './job.ts';
import type { JobInputs, JobRef, SealedInputs } from './order.ts';

export interface ByteRange {
  /** First byte, from 0. */
  readonly start: number;
  /** Last byte, included. */
  readonly end: number;
}

export interface OpenFile {
  readonly entry: FileEntry;
  readonly open: (range?: ByteRange) => Promise<ReadableStream<Uint8Array>>;
}

/** Every method throws `store_unavailable` when the store does not answer. */
export interface JobArchive {
  /** The record of a job that has ended; null before that, or when there is no such job. */
  record(ref: JobRef): Promise<JobSnapshot | null>;
  /** Records of ended jobs, newest end first, of those that ended before `before`. */
  list(
    tenant: string,
    filter: JobFilter,
    page: { limit: number; cursor?: string | undefined; before?: Date | undefined },
  ): Promise<JobPage>;
  /** What the job produced; null when there is no result. */
  manifest(ref: JobRef, run: number): Promise<Manifest | null>;
  /** One result file; null when the job has no such file. */
  file(ref: JobRef, run: number, path: string): Promise<OpenFile | null>;
  /** Callbacks of the job, and the attempts at them. */
  deliveries(ref: JobRef): Promise<Delivery[]>;
  /** Keeps inputs encrypted beside the job. */
  seal(ref: JobRef, inputs: JobInputs): Promise<SealedInputs>;
  /** Takes back `seal`, when the job could not be started after all. */
  discard(ref: JobRef, inputs: SealedInputs): Promise<void>;
  /** True when a job with this id was deleted. */
  isDeleted(ref: JobRef): Promise<boolean>;
  /** Marks the job as deleted, so that its id stays taken. */
  bury(ref: JobRef): Promise<void>;
  /** Erases inputs, results and record. The tombstone stays. */
  erase(ref: JobRef): Promise<void>;
}
