/**
 * The input of a run's workflow. It is a payload in Temporal's history, so it is small, readable for people, and without
 * readable secrets. Secret inputs are encrypted, and long ones stored in the object store.
 */
import type { Asset, S3Source } from './asset.ts';
import { type BatchLayout, type BatchSizes, batchSizes, chunkEnds } from './batch.ts';
import type { Job, JobStep, Usage } from './job.ts';
import type { Callback, CallbackEvent } from './job-spec.ts';

/** Names a job. Every store key, path and workflow id contains both. */
export interface JobRef {
  readonly tenant: string;
  readonly id: string;
}

/** Names one run of a job. */
export interface RunRef extends JobRef {
  readonly run: number;
  /** Fingerprint of the request. Objects with another fingerprint belong to an earlier job with the same id. */
  readonly fingerprint: string;
}

/** The part of a job that never changes. */
export type JobHeader = Pick<
  Job,
  'id' | 'tenant' | 'operation' | 'template' | 'dialect' | 'created_at' | 'labels' | 'notes' | 'rerun_reason'
>;

/** The part of a job that changes while it runs. The workflow is the only writer. */
export type JobStatus = Omit<Job, keyof JobHeader>;

/** A stage of an operation as the workflow schedules it. */
export interface StagePlan {
  readonly name: string;
  /** Capability whose task queue runs the stage. */
  readonly capability: string;
  /** True: runs once for each batch, concurrently and on several workers. False: runs once with all assets. */
  readonly perAsset: boolean;
  /** Milliseconds that one attempt may compute. */
  readonly timeoutMs: number;
  /** Milliseconds without a heartbeat after which Temporal takes the worker of an attempt for dead. */
  readonly heartbeatMs: number;
  /** True: with few inputs it usually takes less than a second, so a small job tries it inside the workflow task first. */
  readonly isShort: boolean;
}

/** A stage of one run. */
export interface StageInput extends StagePlan {
  /** The run that owns its checkpoints: an earlier run where a rerun reuses them. */
  readonly run: number;
  /** The run whose results are kept, except for assets that failed there; null: everything is computed. */
  readonly retriesFailuresOf: number | null;
}

/** Names the list of inputs that was collected for a step: from the steps that it uses, or by its condition. */
export interface CollectedInputs {
  readonly step: string;
  /** The run that owns it: an earlier run where a rerun keeps the step. */
  readonly run: number;
}

/** A step of one run. */
export interface StepInput {
  readonly name: string;
  readonly operation: string;
  /** Each secret one is `SealedInputs`. */
  readonly params: Record<string, unknown>;
  /** Names of the steps whose files it takes, and `:assets`. Empty: it takes no inputs. */
  readonly use: readonly string[];
  /** Condition on its inputs, in CEL; null: it takes all. */
  readonly when: string | null;
  /** Whether its failure fails the job. */
  readonly onError: 'fail' | 'continue';
  /** True: a failed input is reported, and the others continue. */
  readonly skipFailedAssets: boolean;
  /** True: results of equal work are copied. */
  readonly reuse: boolean;
  /** The list of its inputs, if it uses other steps or has a condition; null: it takes the assets. */
  readonly collected: CollectedInputs | null;
  /** The inputs that its operation takes. */
  readonly accepts: { readonly min: number; readonly max: number; readonly media: readonly string[] };
  readonly stages: readonly StageInput[];
}

/** An uploaded file in the object store. */
export interface Upload {
  /** Name within the job. Only the store interprets it. */
  readonly upload: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
}

/** An asset whose upload, if it has one, is stored. */
export interface AssetInput extends Omit<Asset, 'source'> {
  readonly source: { readonly url: string } | { readonly path: string } | { readonly s3: S3Source } | Upload;
}

export interface JobInputs {
  readonly assets: readonly AssetInput[];
  readonly callback: Callback | null;
  /** True: the callback may reach loopback addresses. The server decides it at the submission, for every worker. */
  readonly callbackToLoopback?: boolean;
  /** Secret parameters. */
  readonly params?: Readonly<Record<string, unknown>>;
}

/** Encrypted inputs: the name of an object in the store, or the ciphertext. */
export interface SealedInputs {
  readonly sealed: string;
}

/** Assets of one request, or a part of them: inline, or sealed. */
export type AssetChunk = ({ readonly count: number } & Pick<JobInputs, 'assets'>) | SealedChunk;

export interface SealedChunk extends SealedInputs {
  readonly count: number;
}

/** When the input of a waiting job is complete, besides a request that has `final`. */
export interface Awaiting {
  /** Complete with this many assets; null: no condition. */
  readonly total: number | null;
  /** Complete when no asset arrived for this many milliseconds since the last one; null: no condition. */
  readonly quietMs: number | null;
  /** Complete when no asset at all arrived within this many milliseconds. */
  readonly firstAssetMs: number;
  /** Without a quiet period, the job fails when no asset arrived for this many milliseconds since the last one. */
  readonly nextAssetMs: number;
  /** Limits of the operation. */
  readonly min: number;
  readonly max: number;
}

/** More assets for a waiting job. */
export interface MoreAssets {
  readonly chunks: readonly SealedChunk[];
  /** True: these are the last. */
  readonly final: boolean;
}

export interface AssetsTaken {
  /** Assets of the job, including these. */
  readonly total: number;
  /** Sealed names of these assets; those of the first call when a call was repeated. */
  readonly sealed: readonly string[];
}

/** How long a job is kept after its end. */
export interface RetentionPolicy {
  /** Milliseconds until the job expires; null: never. */
  readonly jobMs: number | null;
  /** Milliseconds that downloaded assets and checkpoints, which only reruns need, are kept at least. */
  readonly workMs: number;
}

/**
 * Numbers that the workflow decides by. A run keeps those that it started with, so that a replay of its history makes the same
 * decisions after the defaults have changed.
 */
export interface RunTuning {
  readonly batchSizes: BatchSizes;
  /** Batches of one job that are in flight at once; a low number leaves workers for other jobs. */
  readonly concurrency: number;
  /** Events and bytes of history after which the run continues in a new execution. */
  readonly maxHistoryEvents: number;
  readonly maxHistoryBytes: number;
  /** As `StagePlan.heartbeatMs`, for downloads and packaging. */
  readonly heartbeatMs: number;
  /** Deaths of its worker that an activity may be blamed for before it runs alone. One more, of its own process, fails the job. */
  readonly maxLosses: number;
  /** Lost attempts of an activity that runs alone, blamed or not, after which the job fails: each of them may stop the whole machine. */
  readonly maxAttemptsLost: number;
  /** Short activities of jobs with at most this many assets are first tried inside the workflow task; null: none is. */
  readonly maxLocalAssets: number | null;
  /** Calls of `addAssets` that are remembered, so that a repeated call counts once. Temporal forgets them when a run continues as new. */
  readonly maxRememberedCalls: number;
}

/** Temporal suggests to continue as new at about the same history size; its limits are 51,200 events and 50 MB. */
export const runTuning: RunTuning = {
  batchSizes,
  concurrency: 4,
  maxHistoryEvents: 4000,
  maxHistoryBytes: 2 * 1024 * 1024,
  heartbeatMs: 10_000,
  maxLosses: 2,
  maxAttemptsLost: 10,
  maxLocalAssets: 16,
  maxRememberedCalls: 1000,
};

export interface RunInput {
  readonly header: JobHeader;
  /** Keyed digest of the request; see `canonicalRequest`. */
  readonly fingerprint: string;
  readonly run: number;
  /** When this run was requested (ISO 8601). */
  readonly requestedAt: string;
  readonly chunks: readonly AssetChunk[];
  /** Null: the assets are complete. */
  readonly awaiting: Awaiting | null;
  /** True: an asset that cannot be downloaded is reported, and the others continue. */
  readonly skipFailedAssets: boolean;
  /** True: assets that failed to download in an earlier run are downloaded again. */
  readonly refetch: boolean;
  /** Each step follows those that it uses. A job that was submitted with `operation` has one step. */
  readonly steps: readonly StepInput[];
  /** Names of the steps whose files are the result. */
  readonly results: readonly string[];
  readonly tuning: RunTuning;
  /** Events to deliver; empty without a callback. */
  readonly callbackEvents: readonly CallbackEvent[];
  /** Milliseconds before each attempt of a callback after the first. */
  readonly callbackScheduleMs: readonly number[];
  readonly callback: Pick<JobInputs, 'callback'> | SealedInputs;
  readonly retention: RetentionPolicy;
  /** Result of the last completed run. It stays until this run completes. */
  readonly result: JobStatus['result'];
}

export const noUsage: Usage = { bytes_in: 0, bytes_out: 0, compute_seconds: 0, reused_seconds: 0 };

/** Returns the status of a job that has just been accepted. */
export function initialStatus(runInput: RunInput): JobStatus {
  return {
    state: 'created',
    paused: false,
    stage: null,
    progress: 0,
    steps: runInput.steps.map(initialStep),
    run: runInput.run,
    started_at: null,
    completed_at: null,
    expires_at: null,
    assets: { total: countExpectedAssets(runInput), downloaded: 0, failed: 0 },
    usage: noUsage,
    result: runInput.result,
    error: null,
  };
}

const initialStep = ({ name, operation, use, when }: StepInput): JobStep => ({
  name,
  operation,
  use: [...use],
  ...(when === null ? {} : { when }),
  state: 'waiting',
  stage: null,
  progress: 0,
  started_at: null,
  completed_at: null,
  inputs: { total: null, skipped: 0, failed: 0, reused: 0 },
  files: { count: 0, bytes: 0 },
  usage: { compute_seconds: 0, reused_seconds: 0 },
  error: null,
});

/** Returns a job that has just been accepted. */
export const initialJob = (runInput: RunInput): Job => ({ ...runInput.header, ...initialStatus(runInput) });

/** Number of assets, as far as it is known. */
const countExpectedAssets = ({ chunks, awaiting }: RunInput): number =>
  Math.max(
    awaiting?.total ?? 0,
    chunks.reduce((sum, { count }) => sum + count, 0),
  );

export const toRunRef = ({ header, run, fingerprint }: RunInput): RunRef => ({
  tenant: header.tenant,
  id: header.id,
  run,
  fingerprint,
});

/** Returns the batches of a step's inputs: of the assets in these chunks, or of `collected` inputs that were collected for it. */
export const layoutInputs = (
  step: Pick<StepInput, 'use' | 'collected'>,
  { chunks, collected, sizes }: { chunks: RunInput['chunks']; collected: number; sizes: BatchSizes },
): BatchLayout => ({
  chunkEnds: step.collected ? [collected] : chunkEnds(step.use.length === 0 ? [] : chunks),
  sizes,
});
