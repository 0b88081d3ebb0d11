/** Port: what runs jobs durably. The one implementation is Temporal's client, in `src/temporal/engine.ts`. */
import type { Job } from './job.ts';
import type { JobOrder, JobRef } from './order.ts';
import type { JobState } from './states.ts';

/** A job as the engine knows it now. */
export interface JobSnapshot {
  readonly job: Job;
  /** Fingerprint of the request that made it; see `JobService.submit`. */
  readonly fingerprint: string;
}

export interface JobFilter {
  readonly state?: JobState | undefined;
  readonly operation?: string | undefined;
  readonly dialect?: string | undefined;
  /** Only jobs created at or after this time. */
  readonly since?: Date | undefined;
}

export interface JobPage {
  readonly jobs: readonly Job[];
  /** Opaque; null on the last page. */
  readonly cursor: string | null;
}

export type ControlSignal = 'cancel' | 'pause' | 'resume';

/**
 * Every method throws `temporal_unavailable` when Temporal does not answer. None of them needs a worker.
 */
export interface JobEngine {
  /** Starts the job. False, and nothing done, when the engine already has a job with this id. */
  start(order: JobOrder, options: { priority?: number | undefined }): Promise<boolean>;
  /** The job, at most a second old; null when the engine does not know it (any more). */
  get(ref: JobRef): Promise<JobSnapshot | null>;
  /** Jobs that run first, the newest before the others; then those that have ended, the latest end first. */
  list(
    tenant: string,
    filter: JobFilter,
    page: { limit: number; cursor?: string | undefined },
  ): Promise<JobPage>;
  /** Jobs that ended before this time are no longer listed: the engine forgets them. */
  retainedSince(): Promise<Date>;
  signal(ref: JobRef, signal: ControlSignal, reason?: string): Promise<void>;
  /** Stops the job if it runs, by cancellation or else by force, and forgets it within minutes. */
  remove(ref: JobRef): Promise<void>;
  /** Capabilities that at least one live worker offers. */
  liveCapabilities(): Promise<ReadonlySet<string>>;
}
