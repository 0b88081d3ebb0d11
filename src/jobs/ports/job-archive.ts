/**
 * Ports: what the object store keeps of jobs. Implemented in `src/storage/`. Every method throws `store_unavailable` when
 * the store does not answer.
 */
import type { Readable } from 'node:stream';
import type { Digest, StoredObject } from '../model/checkpoint.ts';
import type { Delivery } from '../model/delivery.ts';
import type { FileEntry, Manifest } from '../model/result.ts';
import type { JobInputs, JobRef, RunInput, SealedInputs, Upload } from '../model/run-input.ts';
import type { ScheduledDeletion } from '../model/scheduled-deletion.ts';
import type { JobLogs } from './job-logs.ts';
import type { JobFilter, JobPage, JobSnapshot } from './job-runtime.ts';

/** A job that has ended, and what it takes to run it again. */
export interface JobRecord extends JobSnapshot {
  /** Null when the job was refused and never ran. */
  readonly runInput: RunInput | null;
  /** Run id of the execution that ended as recorded. Omitted when the job was refused, or closed from outside. */
  readonly executionId?: string;
}

export interface JobRecords {
  /** The record of a job that has ended. Null before that, and when there is no such job. */
  record(ref: JobRef): Promise<JobRecord | null>;
  /**
   * Ended jobs, the latest end first; then refused jobs, the latest first. `before` selects jobs that ended before this time
   * and applies only without a cursor. A page ends after `limit` jobs, or after `looks` records (default 2,000).
   */
  list(
    tenant: string,
    filter: JobFilter,
    page: { limit: number; cursor?: string | undefined; before?: Date | undefined; looks?: number },
  ): Promise<JobPage>;
  /** Saves the record of a run that has ended, replaces that of an earlier run, and schedules the deletion. */
  saveRecord(record: JobRecord): Promise<void>;
  /** Saves the record of a job that was refused. The runtime does not know such jobs. */
  saveRefusedRecord(record: JobRecord): Promise<void>;
}

/** Names one of the objects that a request stores. */
interface StagedWrite {
  /** Id of the request. All that it stored is kept or deleted together. */
  readonly request: string;
  /** Position among the uploads, or among the sealed inputs, of the request. */
  readonly position: number;
}

/** An upload in progress. */
interface UploadStream extends StagedWrite {
  /** True when this is the only input of its job; it gets a fixed key that depends on the job's id alone. */
  readonly asInput: boolean;
  readonly body: Readable;
  readonly signal: AbortSignal;
}

/** Uploads and encrypted inputs of jobs. */
export interface JobInputFiles {
  /** Must precede all other writes of a request: if its process dies, `abandoned` finds what it left. */
  beginRequest(ref: JobRef, request: string, asInput: boolean): Promise<void>;
  upload(ref: JobRef, upload: UploadStream): Promise<Upload>;
  /** Encrypts inputs and stores them. */
  seal(ref: JobRef, write: StagedWrite, inputs: JobInputs): Promise<SealedInputs>;
  /** Encrypts short inputs, which the run input then holds; stores nothing. */
  sealInline(ref: JobRef, inputs: JobInputs): SealedInputs;
  /** Reads sealed inputs. Throws operation_failed when they were deleted. */
  unseal(ref: JobRef, inputs: SealedInputs, signal?: AbortSignal): Promise<JobInputs>;
  /** From now on, what the request stored belongs to its job. */
  commitRequest(ref: JobRef, request: string): Promise<void>;
  /** Deletes what the request stored. */
  rollbackRequest(ref: JobRef, request: string): Promise<void>;
  /** Requests that began before this time and were neither committed nor rolled back. */
  abandoned(before: Date): AsyncIterable<{ readonly ref: JobRef; readonly request: string }>;
}

export interface ByteRange {
  /** First byte, from 0. */
  readonly start: number;
  /** Last byte, included. */
  readonly end: number;
}

/** A file that can be read. */
export interface ReadableFile {
  readonly entry: FileEntry;
  readonly open: (range?: ByteRange) => Promise<ReadableStream<Uint8Array>>;
}

/** A result file that can be read. */
export interface OpenFile extends ReadableFile {
  /** CRC-32 of the bytes, unsigned. */
  readonly crc32: number;
  /** A URL of the file in the store, valid for this many seconds (at most a week). Null when the store has no URLs. */
  readonly link: (expiresSeconds: number) => Promise<string | null>;
}

export interface StoredResult {
  readonly manifest: Manifest;
  /** In the order of the manifest. */
  readonly files: readonly OpenFile[];
}

/** A manifest with the location and the CRC-32 of each file, which are not public. */
export type StoredManifest = Omit<Manifest, 'files'> & {
  readonly files: readonly (FileEntry & StoredObject & Pick<Digest, 'crc32'>)[];
};

export interface JobResults {
  /** Null when the run has no result. */
  result(ref: JobRef, run: number): Promise<StoredResult | null>;
  saveResult(ref: JobRef, manifest: StoredManifest): Promise<void>;
}

export interface JobAssets {
  /**
   * An asset as it was downloaded. Null when it was not, or a file on the server was read in place, or the bytes were deleted.
   *
   * @param fingerprint of the request: another one with the same id of the job has other assets
   * @param index position in the submitted list, from 0
   */
  asset(ref: JobRef, fingerprint: string, index: number): Promise<ReadableFile | null>;
}

export interface JobDeliveries {
  /** Callbacks of the job, and the attempts to deliver them. */
  deliveries(ref: JobRef): Promise<Delivery[]>;
}

export interface JobDeletions {
  /** True when a job with this id was deleted. */
  isDeleted(ref: JobRef): Promise<boolean>;
  /** Marks the job as deleted and its id as taken. `remains`: a later deletion of what running activities may still write. */
  tombstone(ref: JobRef, remains: ScheduledDeletion | null): Promise<void>;
  /** Deletions that are due at this time, the oldest first. */
  dueDeletions(now: Date): AsyncIterable<ScheduledDeletion>;
  /** Removes a deletion from the schedule. `next` takes its place. */
  completeDeletion(deletion: ScheduledDeletion, next: ScheduledDeletion | null): Promise<void>;
  /**
   * Deletes what only a rerun would need: downloaded assets, and files of stages that are not part of the latest result. Keeps
   * objects written after `until` and those of runs after the record's: they belong to a rerun.
   */
  eraseWork(record: JobRecord, until: Date): Promise<void>;
  /** Deletes inputs, results and record. The tombstone stays. */
  erase(ref: JobRef): Promise<void>;
  /** Erases the refused jobs of a tenant, except the latest ones. */
  eraseRefused(tenant: string, keep: number): Promise<void>;
}

/** All that the object store keeps of jobs. */
export interface JobArchive
  extends JobRecords,
    JobInputFiles,
    JobResults,
    JobAssets,
    JobDeliveries,
    JobLogs,
    JobDeletions {}
