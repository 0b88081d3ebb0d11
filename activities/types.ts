/** What each activity is given and gives back. Imported by workflows for its types alone. */

import type { ErrorDetails, ErrorKind } from '../src/errors.ts';
import type { RetentionReport } from '../src/jobs/lifecycle/retention.ts';
import type { Batch, ChunkEnds } from '../src/jobs/model/batch.ts';
import type { AssetCounts, CallbackEvent, Job, JobError } from '../src/jobs/model/job.ts';
import type {
  JobInputs,
  JobStatus,
  RunInput,
  SealedInputs,
  StageInput,
} from '../src/jobs/model/run-input.ts';
import type { TerminalState } from '../src/jobs/model/states.ts';
import type { Moment } from '../src/jobs/model/timeline.ts';

/** What the failure of an activity carries beside its code (as `type`) and its message. */
export interface FailureInfo {
  readonly kind: ErrorKind;
  /** Whether the same job may succeed another time without being changed. */
  readonly retryable: boolean;
  readonly details: ErrorDetails | null;
}

/** One run of a job. */
export interface RunRef {
  readonly tenant: string;
  readonly id: string;
  readonly run: number;
  /** Of the request: what an earlier job of the same id left behind is not ours. */
  readonly fingerprint: string;
}

interface Step {
  readonly job: RunRef;
  /** Points of the job's progress that this step is worth; heartbeats report the part that is done. */
  readonly points: number;
  /** True: tell the workflow once this step has run for a moment that the job is out of the queue. */
  readonly announce: boolean;
}

export interface DownloadInput extends Step {
  readonly batch: Batch;
  /** The assets of this batch; or where they are sealed, and the position of the first of them there. */
  readonly inputs: Pick<JobInputs, 'assets'> | (SealedInputs & { readonly offset: number });
  readonly skipFailedAssets: boolean;
  /** True: assets that an earlier run could not fetch are fetched again. */
  readonly refetch: boolean;
}

/** When a worker took the step up, in milliseconds since the epoch, by that worker's clock. */
interface Started {
  readonly startedAt: number;
}

export type DownloadResult = Pick<AssetCounts, 'downloaded' | 'failed'> &
  Started & { /** Of the assets that are here. */ readonly bytes: number };

export interface StageRunInput extends Step {
  readonly operation: string;
  readonly params: Record<string, unknown>;
  readonly stage: Pick<StageInput, 'name' | 'run' | 'retriesFailuresOf'>;
  /** The stage whose workspace this one begins with. */
  readonly before: Pick<StageInput, 'name' | 'run'> | null;
  /** Null: the stage takes all assets at once. */
  readonly batch: Batch | null;
  /** Of all assets, where the stage takes all. */
  readonly chunkEnds: ChunkEnds;
  readonly skipFailedAssets: boolean;
}

export type StageResult = Pick<AssetCounts, 'failed'> &
  Started & { /** That this run spent on it. */ readonly computeMs: number };

export interface PackageInput {
  /** With the assets that came later. */
  readonly runInput: RunInput;
  readonly status: JobStatus;
  readonly timeline: readonly Moment[];
  readonly ending: { readonly state: TerminalState; readonly error: JobError | null };
  /** Time of the end, by the workflow's clock. */
  readonly completedAt: string;
}

export interface NotifyInput {
  readonly job: RunRef;
  readonly event: CallbackEvent;
  /** Of the moment in the run's timeline. */
  readonly seq: number;
  /** The time of that moment. */
  readonly at: string;
  /** The job as it was then. */
  readonly about: Job;
  /** Where the callback's URL and token are. */
  readonly callback: Pick<JobInputs, 'callback'> | SealedInputs;
  /** True: also when it was delivered before. */
  readonly again?: boolean;
  /** Milliseconds until the attempt after this one, if this one fails; null when it is the last. */
  readonly nextDelayMs: number | null;
}

export interface NotifyResult {
  /** delivered: the receiver took it. failed: try again. ended: never try again. */
  readonly outcome: 'delivered' | 'failed' | 'ended';
  /** Milliseconds that the receiver asked us to wait (Retry-After). */
  readonly retryAfterMs: number | null;
}

/** Live progress, as heartbeats carry it. */
export interface Heartbeat {
  readonly points: number;
  readonly detail: string | null;
  readonly downloaded: number;
  readonly failed: number;
  /** For the next attempt: how many before it failed for what is given up some time. */
  readonly spent: number;
  /** For the next attempt: what this one need not do again. */
  readonly done?: unknown;
}

export interface Activities {
  download(step: DownloadInput): Promise<DownloadResult>;
  runStage(step: StageRunInput): Promise<StageResult>;
  packageJob(step: PackageInput): Promise<JobStatus>;
  notify(step: NotifyInput): Promise<NotifyResult>;
  /** `now`: epoch, ms. */
  deleteExpired(now: number): Promise<RetentionReport>;
}
