/** Port: the logs of jobs in the object store. Implemented in `src/storage/job-logs.ts`. */
import type { LogSegment, LogSegmentName } from '../model/job-log.ts';
import type { JobRef } from '../model/run-input.ts';

interface StoredSegment extends LogSegmentName {
  /** Changes when the segment changes. */
  readonly version: string;
}

/** All methods throw `store_unavailable` when the store does not answer. */
export interface JobLogs {
  /** Segments of the log, those of earlier runs first. */
  listSegments(job: JobRef): AsyncIterable<StoredSegment>;
  /** Null when it was deleted meanwhile. */
  readSegment(job: JobRef, name: LogSegmentName): Promise<LogSegment | null>;
}

export interface JobLogWriter {
  /** Writes a segment, in place of its earlier version. */
  writeSegment(job: JobRef, name: LogSegmentName, segment: LogSegment, signal: AbortSignal): Promise<void>;
}
