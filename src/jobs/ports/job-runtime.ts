/** Port: what runs jobs durably. The one implementation is Temporal's client, in `src/temporal/runtime.ts`. */

import type { Delivery } from '../model/delivery.ts';
import type { Job } from '../model/job.ts';
import type { PendingActivity } from '../model/pending-activity.ts';
import type { AssetsTaken, JobRef, MoreAssets, RunInput } from '../model/run-input.ts';
import type { JobState } from '../model/states.ts';
import type { Moment } from '../model/timeline.ts';

/** A job as the engine knows it now. */
export interface JobSnapshot {
  readonly job: Job;
  /** Fingerprint of the request that made it; see `JobService.submit`. */
  readonly fingerprint: string;
  /** Of the current run. */
  readonly timeline: readonly Moment[];
  /** What it does now, or waits for; known where one job is looked at, while it runs. */
  readonly pending?: readonly PendingActivity[];
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

export interface LiveWorker {
  /** As Temporal shows it; see `darkroom worker --worker-id`. */
  readonly name: string;
  readonly capability: string;
  /** Steps of this capability that it runs at once; null when that is not known. */
  readonly slots: number | null;
}

/** Of the jobs that have not ended; what is not said does not matter. */
export interface OpenJobs {
  readonly dialect?: string;
  readonly tenant?: string;
  /** `created` are those of which no step has begun. */
  readonly state?: JobState;
}

/** A task queue, at which steps wait for workers. */
export interface QueueState {
  readonly name: string;
  /** Steps that wait, about. */
  readonly waiting: number;
  /** How long the first of them has waited; 0 when there is none. */
  readonly oldestSeconds: number;
}

/**
 * Every method throws `temporal_unavailable` when Temporal does not answer. None of them needs a worker.
 */
export interface JobRuntime {
  /**
   * Starts a run of a job. False, and nothing done, when the engine already has a job with this id; of a rerun, when one
   * is running.
   */
  start(runInput: RunInput, options: { priority?: number | undefined }): Promise<boolean>;
  /** The job, at most a second old; null when the engine does not know it (any more). */
  get(ref: JobRef): Promise<JobSnapshot | null>;
  /** Jobs that run first, the newest before the others; then those that have ended, the latest end first. */
  list(
    tenant: string,
    filter: JobFilter,
    page: { limit: number; cursor?: string | undefined },
  ): Promise<JobPage>;
  /** How many jobs the engine knows, about: what was run again may be counted by its earlier runs. */
  count(tenant: string, filter: JobFilter): Promise<number>;
  /** How many jobs have not ended, as of now. */
  countOpen(which: OpenJobs): Promise<number>;
  /** Some jobs of an operation that completed lately, with their timelines. */
  finished(tenant: string, operation: string): Promise<readonly JobSnapshot[]>;
  /** Jobs that were ended in Temporal itself, by force or by a limit, and could not record it. */
  endedOutside(): AsyncIterable<JobSnapshot>;
  /** Jobs that ended before this time are no longer listed: the engine forgets them. */
  retainedSince(): Promise<Date>;
  signal(ref: JobRef, signal: ControlSignal, reason?: string): Promise<void>;
  /** What the job's latest run was given at its start; null when the engine does not know it (any more). */
  runInput(ref: JobRef): Promise<RunInput | null>;
  /**
   * Hands a waiting job more assets. The same `requestId` again changes nothing and gives the first answer. Throws
   * input_closed, too_many_assets, and worker_unavailable when no worker took them in time.
   */
  addAssets(ref: JobRef, more: MoreAssets, requestId: string): Promise<AssetsTaken>;
  /** Delivers a callback anew, at once and then by the schedule. */
  redeliver(runInput: RunInput, job: Job, delivery: Delivery): Promise<void>;
  /** Stops the job if it runs, by cancellation or else by force, and forgets it within minutes. */
  remove(ref: JobRef): Promise<void>;
  /** Capabilities that at least one live worker offers. */
  liveCapabilities(): Promise<ReadonlySet<string>>;
  /** Live workers by name, once for each capability that they offer. */
  liveWorkers(): Promise<readonly LiveWorker[]>;
  /** All task queues; a few seconds old. */
  queues(): Promise<readonly QueueState[]>;
  /** Jobs of all tenants that have not ended, by coarse state (see `DarkroomState`); a few seconds old. */
  countsByState(): Promise<ReadonlyMap<JobState, number>>;
}
