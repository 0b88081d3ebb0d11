/** Inputs and results of the activities. Workflows import the types of this module and nothing else from here. */
import type { ErrorCode, ErrorDetails, ErrorKind } from '../src/errors.ts';
import type { RetentionReport } from '../src/jobs/lifecycle/retention.ts';
import type { Batch, BatchLayout } from '../src/jobs/model/batch.ts';
import type { AssetCounts, Job, JobError, JobStep } from '../src/jobs/model/job.ts';
import type { CallbackEvent } from '../src/jobs/model/job-spec.ts';
import type {
  CollectedInputs,
  JobInputs,
  JobStatus,
  RunInput,
  RunRef,
  SealedInputs,
  StageInput,
  StepInput,
} from '../src/jobs/model/run-input.ts';
import type { TerminalState } from '../src/jobs/model/states.ts';
import type { Moment } from '../src/jobs/model/timeline.ts';
import type { InputCounts } from '../src/jobs/ports/run-files.ts';

/** Details of an activity failure, besides its code (as `type`) and its message. */
export interface FailureInfo {
  readonly kind: ErrorKind;
  /** Whether the same job may succeed when it is run again unchanged. */
  readonly retryable: boolean;
  readonly details: ErrorDetails | null;
  /** Present when the attempt was lost with its worker, or hung. */
  readonly loss?: Loss;
}

/** An attempt that was lost because its worker died, or because it hung. */
export interface Loss {
  readonly code: ErrorCode;
  /** False when another activity of the same worker is to blame. */
  readonly isBlamed: boolean;
  /** Completes "the last attempt" in the error of the job. */
  readonly how: string;
  /** The last progress that was reported. */
  readonly progress: Heartbeat | null;
}

/** Details of a local attempt that a durable activity follows. */
export interface LocalFailureInfo {
  /** What a failed attempt reported last; null when it did not fail but takes too long, or did not begin. */
  readonly progress: Heartbeat | null;
}

/** Outcome of earlier attempts: those that were lost with their workers, and a local one. */
export interface EarlierAttempts {
  /** Deaths of a worker that the activity is blamed for. */
  readonly losses: number;
  /** 1 when the local attempt failed. */
  readonly localFailures: number;
  /** All deaths of its worker and hangs, also those that it is not blamed for. */
  readonly lost: number;
  readonly progress: Heartbeat | null;
}

export interface AttemptInput {
  /** Omitted in the first attempt. */
  readonly earlier?: EarlierAttempts;
}

interface ActivityInput extends AttemptInput {
  readonly job: RunRef;
  /** Points of the job's progress that this activity is worth. Heartbeats report how many of them are done. */
  readonly points: number;
  /** True to signal the workflow that the job has left the queue, once this activity has run for a moment. */
  readonly signalsStart: boolean;
}

export interface DownloadInput extends ActivityInput {
  readonly batch: Batch;
  /** The assets of this batch; or the encrypted list that holds them, and the position of the first one in it. */
  readonly inputs: Pick<JobInputs, 'assets'> | (SealedInputs & { readonly offset: number });
  readonly skipFailedAssets: boolean;
  /** True to download assets again that failed in an earlier run. */
  readonly refetch: boolean;
}

interface Started {
  /** When a worker started the activity, in milliseconds since the epoch, by that worker's clock. */
  readonly startedAt: number;
}

export interface DownloadResult extends Pick<AssetCounts, 'downloaded' | 'failed'>, Started {
  /** Bytes of the downloaded assets. */
  readonly bytes: number;
}

export interface StageRunInput extends ActivityInput {
  /** Name of the step of the pipeline. */
  readonly step: string;
  readonly operation: string;
  readonly params: Record<string, unknown>;
  readonly stage: Pick<StageInput, 'name' | 'run' | 'retriesFailuresOf' | 'timeoutMs' | 'capability'>;
  /** The stage before this one, whose workspace is restored; null for the first stage. */
  readonly before: Pick<StageInput, 'name' | 'run'> | null;
  /** The list of its inputs; null: the assets of the job. */
  readonly collected: CollectedInputs | null;
  /** Null when the stage takes all inputs at once. */
  readonly batch: Batch | null;
  /** The batches of all inputs. Has no chunks when `batch` names the inputs of the stage. */
  readonly layout: BatchLayout;
  readonly skipFailedAssets: boolean;
  /** Whether equal results of other jobs may be copied, and other jobs may copy these. */
  readonly reuse: boolean;
}

/** A step that has completed, and where its inputs are listed. */
export interface UsedStep {
  readonly step: string;
  readonly stages: readonly Pick<StageInput, 'name' | 'run' | 'perAsset'>[];
  readonly collected: CollectedInputs | null;
  readonly layout: BatchLayout;
}

/** Lists the files of other steps, or the assets, as the inputs of a step. */
export interface CollectInput extends AttemptInput {
  readonly job: RunRef;
  /** Name of the step. */
  readonly step: string;
  readonly collected: CollectedInputs;
  readonly accepts: StepInput['accepts'];
  readonly when: StepInput['when'];
  readonly skipFailedAssets: boolean;
  readonly sizes: BatchLayout['sizes'];
  /** What it takes, in order: files of steps, or the assets of the job. */
  readonly sources: readonly (UsedStep | { readonly assets: BatchLayout })[];
}

export interface CollectResult extends Started, Pick<InputCounts, 'total' | 'failed' | 'skipped'> {}

export interface StageResult extends Pick<AssetCounts, 'failed'>, Started {
  /** Files of the result that it produced. */
  readonly files: JobStep['files'];
  /** Milliseconds that this run spent on it; 0 when an earlier run computed it. */
  readonly computeMs: number;
  /** Inputs whose results were copied from another job. */
  readonly reused: number;
  /** Milliseconds that the other job had spent on them. */
  readonly reusedMs: number;
}

export interface PackageInput extends AttemptInput {
  /** Run id of the workflow's execution. An execution ends once: another attempt finds the record that the first one wrote. */
  readonly executionId: string;
  /** Includes the assets that were added after the submission. */
  readonly runInput: RunInput;
  readonly status: JobStatus;
  readonly timeline: readonly Moment[];
  readonly ending: { readonly state: TerminalState; readonly error: JobError | null };
  /** By the workflow's clock. */
  readonly completedAt: string;
}

export interface NotifyInput {
  readonly job: RunRef;
  readonly event: CallbackEvent;
  /** Position of the event in the timeline of its run. */
  readonly seq: number;
  /** Time of the event. */
  readonly at: string;
  /** The job at that time. */
  readonly about: Job;
  /** The callback's URL and token, or the encrypted inputs that hold them. */
  readonly callback: Pick<JobInputs, 'callback'> | SealedInputs;
  /** True to send it although it was delivered before. */
  readonly again?: boolean;
  /** Milliseconds until the next attempt if this one fails; null for the last attempt. */
  readonly nextDelayMs: number | null;
}

export interface NotifyResult {
  /** `delivered`: the receiver accepted it. `failed`: retry. `ended`: do not retry. */
  readonly outcome: 'delivered' | 'failed' | 'ended';
  /** The receiver's Retry-After in milliseconds. */
  readonly retryAfterMs: number | null;
}

/** Live progress of an activity. */
export interface Heartbeat {
  readonly points: number;
  readonly detail: string | null;
  readonly downloaded: number;
  readonly failed: number;
  /** For the next attempt: attempts so far that count against the limit. */
  readonly spent: number;
  /** For the next attempt: work that need not be repeated. */
  readonly done?: unknown;
}

/** The activities that make up a job. */
export type JobActivities = Pick<Activities, 'download' | 'collectInputs' | 'runStage' | 'packageJob'>;

export interface Activities {
  download(input: DownloadInput): Promise<DownloadResult>;
  collectInputs(input: CollectInput): Promise<CollectResult>;
  runStage(input: StageRunInput): Promise<StageResult>;
  packageJob(input: PackageInput): Promise<JobStatus>;
  notify(input: NotifyInput): Promise<NotifyResult>;
  /** `now`: milliseconds since the epoch. */
  deleteExpired(now: number): Promise<RetentionReport>;
}
