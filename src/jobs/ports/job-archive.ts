/** Port: the object store as the domain sees it. Implemented in `src/storage/archive.ts`. */
import type { Readable } from 'node:stream';
import type { Delivery } from '../model/delivery.ts';
import type { FileEntry, Manifest } from '../model/job.ts';
import type { JobInputs, JobRef, RunInput, SealedInputs, Upload } from '../model/run-input.ts';
import type { ScheduledDeletion } from '../model/scheduled-deletion.ts';
import type { JobFilter, JobPage, JobSnapshot } from './job-runtime.ts';

export interface ByteRange {
  /** First byte, from 0. */
  readonly start: number;
  /** Last byte, included. */
  readonly end: number;
}

/** A job that has ended, and what it takes to run it again. */
export interface JobRecord extends JobSnapshot {
  /** Null: it was refused, and never ran. */
  readonly runInput: RunInput | null;
}

/** Names what a request puts into the store. */
export interface Deposited {
  /** What one request brought is kept or discarded together. */
  readonly request: string;
  /** Place among the uploads, or the sealed inputs, of that request. */
  readonly position: number;
}

/** Bytes on their way into the store. */
export interface UploadStream extends Deposited {
  /** True: it is the only input of its job, and lies where the job's API says. */
  readonly asInput: boolean;
  readonly body: Readable;
  readonly signal: AbortSignal;
}

export interface OpenFile {
  readonly entry: FileEntry;
  readonly open: (range?: ByteRange) => Promise<ReadableStream<Uint8Array>>;
  /** An address in the store itself, good for so many seconds (a week at most); null where the store has none. */
  readonly link: (expiresSeconds: number) => Promise<string | null>;
}

export interface StoredResult {
  readonly manifest: Manifest;
  /** The result files, in the order of the manifest. */
  readonly files: readonly OpenFile[];
}

/** Every method throws `store_unavailable` when the store does not answer. */
export interface JobArchive {
  /** The record of a job that has ended; null before that, or when there is no such job. */
  record(ref: JobRef): Promise<JobRecord | null>;
  /** At most `looks` are gone through. Records of ended jobs, newest end first, of those that ended before `before`; then all that were refused. */
  list(
    tenant: string,
    filter: JobFilter,
    page: { limit: number; cursor?: string | undefined; before?: Date | undefined; looks?: number },
  ): Promise<JobPage>;
  /** Keeps the record of a run that has ended, in place of an earlier run's, and notes what of it is to be erased when. */
  end(record: JobRecord): Promise<void>;
  /** Keeps the record of a job that was refused; it is the only one that the engine never knew. */
  refuse(record: JobRecord): Promise<void>;
  /** What a run produced; null when it has no result. */
  result(ref: JobRef, run: number): Promise<StoredResult | null>;
  /** Callbacks of the job, and the attempts at them. */
  deliveries(ref: JobRef): Promise<Delivery[]>;
  /** Comes before all that a request puts into the store: what it leaves there if its process dies is found by `abandoned`. */
  begin(ref: JobRef, request: string, asInput: boolean): Promise<void>;
  /** Keeps inputs encrypted beside the job. */
  seal(ref: JobRef, place: Deposited, inputs: JobInputs): Promise<SealedInputs>;
  /** The inputs that `seal` kept. Throws operation_failed when they were erased. */
  unseal(ref: JobRef, inputs: SealedInputs, signal?: AbortSignal): Promise<JobInputs>;
  /** Keeps what a request uploads. */
  upload(ref: JobRef, upload: UploadStream): Promise<Upload>;
  /** What a request brought belongs to its job from now on. */
  commitRequest(ref: JobRef, request: string): Promise<void>;
  /** Erases it. */
  rollbackRequest(ref: JobRef, request: string): Promise<void>;
  /** Requests that began before this time, and were neither kept nor discarded. */
  abandoned(before: Date): AsyncIterable<{ readonly ref: JobRef; readonly request: string }>;
  /** True when a job with this id was deleted. */
  isDeleted(ref: JobRef): Promise<boolean>;
  /** Marks the job as deleted, so that its id stays taken. `remains`: another look at it, where steps may be under way. */
  tombstone(ref: JobRef, remains: ScheduledDeletion | null): Promise<void>;
  /** What is to be erased by this time, the longest due first. */
  due(now: Date): AsyncIterable<ScheduledDeletion>;
  /** What was due is done, or need not be done any more; `next`: what is due after it. */
  settle(due: ScheduledDeletion, next: ScheduledDeletion | null): Promise<void>;
  /**
   * Erases what only a rerun would need: fetched assets, and what stages left that is not part of the result; as far as it was
   * written before `until`, by runs up to that of the record.
   */
  eraseWork(record: JobRecord, until: Date): Promise<void>;
  /** Erases inputs, results and record. The tombstone stays. */
  erase(ref: JobRef): Promise<void>;
}
