/** Port: what runs jobs durably. The one implementation is Temporal's client, in `src/temporal/runtime.ts`. */

import type { CallbackMoment } from '../model/delivery.ts';
import type { Job } from '../model/job.ts';
import type { PendingActivity } from '../model/pending-activity.ts';
import type { AssetsTaken, JobRef, MoreAssets, RunInput } from '../model/run-input.ts';
import type { JobState } from '../model/states.ts';
import type { Moment } from '../model/timeline.ts';

/** A job as the runtime knows it now. */
export interface JobSnapshot {
  readonly job: Job;
  /** Fingerprint of the request that made the job. */
  readonly fingerprint: string;
  /** Timeline of the current run. */
  readonly timeline: readonly Moment[];
  /** Pending activities; only when a single running job is read. */
  readonly pending?: readonly PendingActivity[];
  /** True while the job may be packaged: its end may be recorded in the store already, and not yet be published. */
  readonly mayHaveEnded?: boolean;
}

export interface JobFilter {
  readonly state?: JobState | undefined;
  /** True: only jobs that have not ended. */
  readonly unfinished?: boolean | undefined;
  readonly operation?: string | undefined;
  readonly dialect?: string | undefined;
  /** Only jobs created at or after this time. */
  readonly since?: Date | undefined;
  /** Names and values. Only jobs that have all these labels. */
  readonly labels?: readonly (readonly [string, string])[] | undefined;
  /** Only jobs whose id begins with this. */
  readonly idPrefix?: string | undefined;
}

/** Whether a job is one of those that the filter selects. */
export const matchesFilter = (job: Job, filter: JobFilter): boolean =>
  (filter.state === undefined || job.state === filter.state) &&
  (filter.operation === undefined || job.operation === filter.operation) &&
  (filter.dialect === undefined || job.dialect === filter.dialect) &&
  (filter.since === undefined || new Date(job.created_at) >= filter.since) &&
  (filter.labels ?? []).every(([name, value]) => job.labels[name] === value) &&
  job.id.startsWith(filter.idPrefix ?? '');

export interface JobPage {
  readonly jobs: readonly Job[];
  /** Opaque; null on the last page. */
  readonly cursor: string | null;
  /** True if running jobs are missing, because the runtime does not answer. */
  readonly partial?: boolean;
}

/** How many jobs the runtime knows. Those that ended before `since` are not counted. */
export interface JobCounts {
  readonly unfinished: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly since: Date;
}

export type ControlSignal = 'cancel' | 'pause' | 'resume';

export interface LiveWorker {
  /** As Temporal shows it; set by `darkroom worker --worker-id`. */
  readonly name: string;
  readonly capability: string;
  /** Concurrent activities of this capability; null: unknown. */
  readonly slots: number | null;
}

/** Selects jobs that have not ended. Omitted fields do not filter. */
export interface OpenJobs {
  readonly dialect?: string;
  readonly tenant?: string;
  /** `created`: jobs of which no activity has started. */
  readonly state?: JobState;
}

/** A task queue, where activities wait for workers. */
export interface QueueState {
  readonly name: string;
  readonly taskType: 'workflow' | 'activity';
  /** Approximate number of waiting tasks. */
  readonly waiting: number;
  /** Seconds that the oldest of them has waited; 0: none waits. */
  readonly oldestSeconds: number;
  /** Processes that have polled the queue within about a minute. */
  readonly workers: number;
}

/**
 * Runs jobs. Every method throws `temporal_unavailable` when Temporal does not answer. Only `addAssets` needs a worker.
 */
export interface JobRuntime {
  /**
   * Starts a run. Returns false without effect when the runtime already has a job with this id; for a rerun, when one is
   * running.
   */
  start(runInput: RunInput, options: { priority?: number | undefined }): Promise<boolean>;
  /** Returns a job, at most a second old; null: the runtime does not know it, or no longer. */
  get(ref: JobRef): Promise<JobSnapshot | null>;
  /** Resolves when the job has ended, when its end cannot be waited for, or when `signal` aborts. The next `get` is not older. */
  untilEnded(ref: JobRef, signal: AbortSignal): Promise<void>;
  /** Lists running jobs, newest first; then ended jobs, latest end first. */
  list(
    tenant: string,
    filter: JobFilter,
    page: { limit: number; cursor?: string | undefined },
  ): Promise<JobPage>;
  /** Returns about how many jobs the runtime knows. Earlier runs of a job may count too. */
  count(tenant: string, filter: JobFilter): Promise<number>;
  /** Counts the jobs that have not ended. */
  countOpen(which: OpenJobs): Promise<number>;
  /** Returns some recently completed jobs of an operation, with their timelines. */
  finished(tenant: string, operation: string): Promise<readonly JobSnapshot[]>;
  /** Yields jobs that were terminated or timed out in Temporal since then, so that their workflow could not write a record. */
  endedOutside(since?: Date): AsyncIterable<JobSnapshot>;
  /** Counts the jobs of which an administrator has paused an activity in Temporal. */
  countPaused(): Promise<number>;
  /** Returns a time: jobs that ended before it are no longer listed. */
  retainedSince(): Promise<Date>;
  signal(ref: JobRef, signal: ControlSignal, reason?: string): Promise<void>;
  /** Returns the input of a job's latest run; null: the runtime does not know it, or no longer. */
  runInput(ref: JobRef): Promise<RunInput | null>;
  /**
   * Adds assets to a waiting job. A repeated `requestId` changes nothing and returns the first result.
   *
   * @throws input_closed, too_many_assets; worker_unavailable when no worker accepted them in time.
   */
  addAssets(ref: JobRef, more: MoreAssets, requestId: string): Promise<AssetsTaken>;
  /** Delivers a callback again: immediately, and on failure by its schedule. */
  redeliver(runInput: RunInput, job: Job, event: CallbackMoment): Promise<void>;
  /** Delivers a callback that the job itself could not: immediately, and on failure by its schedule. Repeated, it does nothing. */
  deliver(runInput: RunInput, job: Job, event: CallbackMoment): Promise<void>;
  /** Cancels a running job, terminates it if that has no effect, and removes it within minutes. */
  remove(ref: JobRef): Promise<void>;
  /** Returns the capabilities that live workers offer. */
  liveCapabilities(): Promise<ReadonlySet<string>>;
  /** Returns live workers, once for each capability that they offer. */
  liveWorkers(): Promise<readonly LiveWorker[]>;
  /** Returns all task queues; the numbers may be a few seconds old. */
  queues(): Promise<readonly QueueState[]>;
  /** Counts the open jobs of all tenants by coarse state (see `DarkroomState`); may be a few seconds old. */
  countsByState(): Promise<ReadonlyMap<JobState, number>>;
}
