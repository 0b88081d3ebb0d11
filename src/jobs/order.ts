/**
 * What the workflow of a job is given. It is a payload in Temporal's history: small, readable for people, and
 * without anything worth stealing. Inputs that carry a secret, or are long, are sealed in the object store instead.
 */
import type { Asset, Callback, CallbackEvent, Job } from './job.ts';

/** Names a job. Every key, path and workflow id is made of both. */
export interface JobRef {
  readonly tenant: string;
  readonly id: string;
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

export interface JobInputs {
  readonly assets: readonly Asset[];
  readonly callback: Callback | null;
}

/** Inputs that lie encrypted in the object store, under this name. */
export interface SealedInputs {
  readonly sealed: string;
}

export interface JobOrder {
  readonly header: JobHeader;
  /** Keyed digest of the request; see `canonicalRequest`. */
  readonly fingerprint: string;
  readonly run: number;
  readonly params: Record<string, unknown>;
  readonly assetsTotal: number;
  /** True: an asset that cannot be used is reported and the others go on. */
  readonly skipFailedAssets: boolean;
  readonly stages: readonly StagePlan[];
  /** Events that the client wants to hear of; empty without a callback. */
  readonly callbackEvents: readonly CallbackEvent[];
  /** Milliseconds between the attempts of a callback, after the first. */
  readonly callbackScheduleMs: readonly number[];
  readonly inputs: JobInputs | SealedInputs;
}

/** Assets that travel together; larger batches lose more to a crash, smaller ones cost more events. */
const BATCH_SIZE = 16;

/** A run of positions in the list of assets: from (included) to (excluded). */
export interface Batch {
  readonly index: number;
  readonly from: number;
  readonly to: number;
}

export function batchesOf(assets: number): Batch[] {
  const count = Math.ceil(assets / BATCH_SIZE);
  return Array.from({ length: count }, (_, index) => ({
    index,
    from: index * BATCH_SIZE,
    to: Math.min(assets, (index + 1) * BATCH_SIZE),
  }));
}

/** The status of a job that has just been accepted. */
export function initialStatus(order: JobOrder): JobStatus {
  return {
    state: 'created',
    paused: false,
    stage: null,
    progress: 0,
    run: order.run,
    started_at: null,
    completed_at: null,
    expires_at: null,
    assets: { total: order.assetsTotal, downloaded: 0, failed: 0 },
    result: null,
    error: null,
  };
}
