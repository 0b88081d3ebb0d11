/**
 * What the workflow of a job is given. It is a payload in Temporal's history: small, readable for people, and
 * without anything worth stealing. Inputs that carry a secret, or are long, are sealed in the object store instead.
 */
import type { Asset } from './asset.ts';
import { type BatchSizes, batchSizes } from './batch.ts';
import type { Callback, CallbackEvent, Job, Usage } from './job.ts';

/** Names a job. Every key, path and workflow id is made of both. */
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

/** What is known of a job at submission and never changes. */
export type JobHeader = Pick<Job, 'id' | 'tenant' | 'operation' | 'dialect' | 'created_at' | 'labels'>;

/** What changes while it runs. The workflow is the only writer. */
export type JobStatus = Omit<Job, keyof JobHeader>;

/** A stage as the workflow needs to know it. */
export interface StagePlan {
  readonly name: string;
  /** Capability whose task queue the stage runs on. */
  readonly capability: string;
  /** True: batches of assets run side by side, on several workers. False: once, with all assets. */
  readonly perAsset: boolean;
  /** Milliseconds that one attempt may take. */
  readonly timeoutMs: number;
}

/** A stage of one run. */
export interface StageInput extends StagePlan {
  /** The run whose checkpoints it has; an earlier one where a rerun builds on what that did. */
  readonly run: number;
  /** The run whose results are kept but for assets that failed there; null: all is computed anew. */
  readonly retriesFailuresOf: number | null;
}

/** Bytes that came with a request and lie in the object store, below the job. */
export interface Upload {
  /** Name by which the archive finds it. */
  readonly upload: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
}

/** An asset, once its upload has arrived. */
export interface AssetInput extends Omit<Asset, 'source'> {
  readonly source: { readonly url: string } | { readonly path: string } | Upload;
}

export interface JobInputs {
  readonly assets: readonly AssetInput[];
  readonly callback: Callback | null;
}

/** Inputs that lie encrypted in the object store, under this name. */
export interface SealedInputs {
  readonly sealed: string;
}

/** Assets that came in one call, or a part of them: themselves, or the name of the object that holds them. */
export type AssetChunk = { readonly count: number } & (Pick<JobInputs, 'assets'> | SealedInputs);

/** What ends the input of a job that waits for more assets. A call that says `final` always does. */
export interface Awaiting {
  /** That many assets. */
  readonly total: number | null;
  /** So many milliseconds without any, once there are some. */
  readonly quietMs: number | null;
  /** What the operation takes at least and at most. */
  readonly min: number;
  readonly max: number;
}

/** More assets for a job that waits for them. */
export interface MoreAssets {
  readonly chunks: readonly AssetChunk[];
  /** True: these are the last. */
  readonly final: boolean;
}

export interface AssetsTaken {
  /** Assets of the job, with these. */
  readonly total: number;
  /** The names under which these lie in the store: of the first call, when a call was made twice. */
  readonly sealed: readonly string[];
}

/** How long what there is of a job is kept after its end. */
export interface RetentionPolicy {
  /** Milliseconds until the job is erased; null: it is kept. */
  readonly jobMs: number | null;
  /** Milliseconds for which what only reruns need is sure to be there: fetched assets, and what its stages left. */
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
  /** Milliseconds to wait before an activity that failed through an outage is scheduled again. */
  readonly outageWaitMs: number;
}

/** Temporal suggests to continue as new at about the same history size; its limits are 51,200 events and 50 MB. */
export const runTuning: RunTuning = {
  batchSizes,
  concurrency: 4,
  maxHistoryEvents: 4000,
  maxHistoryBytes: 2 * 1024 * 1024,
  outageWaitMs: 60_000,
};

export interface RunInput {
  readonly header: JobHeader;
  /** Keyed digest of the request; see `canonicalRequest`. */
  readonly fingerprint: string;
  readonly run: number;
  /** When this run was asked for. */
  readonly requestedAt: string;
  readonly params: Record<string, unknown>;
  readonly chunks: readonly AssetChunk[];
  /** Null: the assets are complete. */
  readonly awaiting: Awaiting | null;
  /** True: an asset that cannot be used is reported and the others go on. */
  readonly skipFailedAssets: boolean;
  /** True: assets that could not be fetched in an earlier run are fetched again. */
  readonly refetch: boolean;
  readonly stages: readonly StageInput[];
  readonly tuning: RunTuning;
  /** Events that the client wants to hear of; empty without a callback. */
  readonly callbackEvents: readonly CallbackEvent[];
  /** Milliseconds between the attempts of a callback, after the first. */
  readonly callbackScheduleMs: readonly number[];
  readonly callback: Pick<JobInputs, 'callback'> | SealedInputs;
  readonly retention: RetentionPolicy;
  /** Of the last run that completed: it stays until this one has. */
  readonly result: JobStatus['result'];
}

export const noUsage: Usage = { bytes_in: 0, bytes_out: 0, compute_seconds: 0 };

/** The status of a job that has just been accepted. */
export function initialStatus(runInput: RunInput): JobStatus {
  return {
    state: 'created',
    paused: false,
    stage: null,
    progress: 0,
    run: runInput.run,
    started_at: null,
    completed_at: null,
    expires_at: null,
    assets: { total: expected(runInput), downloaded: 0, failed: 0 },
    usage: noUsage,
    result: runInput.result,
    error: null,
  };
}

/** Assets in all, as far as that is known. */
const expected = ({ chunks, awaiting }: RunInput): number =>
  Math.max(
    awaiting?.total ?? 0,
    chunks.reduce((sum, { count }) => sum + count, 0),
  );
