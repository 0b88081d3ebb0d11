/** Adds assets to jobs that wait for them. */
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { DarkroomError, hasCode, isOutcomeUnknown } from '../../errors.ts';
import type { JobScope, Jobs } from '../jobs.ts';
import type { assetList } from '../model/asset.ts';
import type { Job } from '../model/job.ts';
import type { JobRef } from '../model/run-input.ts';
import { isTerminal } from '../model/states.ts';
import type { BucketObjects } from '../ports/bucket-objects.ts';
import type { JobArchive } from '../ports/job-archive.ts';
import type { JobRuntime } from '../ports/job-runtime.ts';
import { invalidRequest } from '../validation/invalid-request.ts';
import { resolveUploads, sealChunks } from './build-run-input.ts';
import type { Idempotency } from './idempotency.ts';
import { listObjects } from './list-objects.ts';
import { type Stage, settleWrites } from './staged-writes.ts';
import type { StorageQuota } from './storage-quota.ts';
import type { ReadForm } from './submitter.ts';
import { Uploads } from './uploads.ts';
import { type ValidationRules, validateAssets } from './validate.ts';

export interface AssetsRequest {
  readonly assets: z.input<typeof assetList>;
  /** True: these are the last. */
  readonly final?: boolean | undefined;
  readonly idempotencyKey?: string | undefined;
}

/** Counts the assets of a request. Throws when its caller may not submit as many now. */
export type AdmitAssets = (assets: number) => Promise<void>;

export interface AssetSubmissionsDependencies extends ValidationRules {
  readonly runtime: Pick<JobRuntime, 'addAssets'>;
  readonly archive: JobArchive;
  readonly storageQuota: StorageQuota;
  readonly admitAssets: AdmitAssets;
  readonly bucketObjects: BucketObjects;
}

export class AssetSubmissions {
  readonly #dependencies: AssetSubmissionsDependencies;
  readonly #jobs: Pick<Jobs, 'open'>;
  readonly #idempotency: Idempotency;

  constructor(
    dependencies: AssetSubmissionsDependencies,
    jobs: Pick<Jobs, 'open'>,
    idempotency: Idempotency,
  ) {
    this.#dependencies = dependencies;
    this.#jobs = jobs;
    this.#idempotency = idempotency;
  }

  /**
   * Adds all assets of a request or, on an error, none. A repeated request with the same `idempotencyKey` adds nothing.
   *
   * @returns the job afterwards
   * @throws invalid_request, job_not_found, input_closed, too_many_assets, idempotency_key_reused, worker_unavailable,
   * temporal_unavailable, store_unavailable, disk_full; what the form reader throws.
   */
  async add(
    ref: JobRef,
    source: AssetsRequest | ReadForm<AssetsRequest>,
    scope: JobScope = {},
  ): Promise<Job> {
    await settleWrites(
      this.#dependencies.archive,
      (stage) => this.#add(ref, source, scope, stage),
      (added) => added,
    );
    return (await this.#jobs.open(ref, scope)).job;
  }

  /** Returns false when the same request added its assets before. */
  async #add(
    ref: JobRef,
    source: AssetsRequest | ReadForm<AssetsRequest>,
    scope: JobScope,
    stage: Stage,
  ): Promise<boolean> {
    const { runtime } = this.#dependencies;
    const { request, uploads } =
      typeof source === 'function'
        ? await source(() => this.#openUploads(ref, scope, stage))
        : { request: source, uploads: null };
    const { job } = await this.#jobs.open(ref, scope);
    const files = uploads?.files ?? [];
    const valid = validateAssets(request.assets, listOperations(job), this.#dependencies, files);
    const assets = resolveUploads(valid, files);
    const { final = false, idempotencyKey } = request;
    if (assets.length === 0 && !final) {
      const detail = 'must have at least one asset, unless `final` is true';
      throw invalidRequest([{ pointer: '/assets', detail }]);
    }
    const calls = idempotencyKey ? this.#idempotency.callIds(idempotencyKey, assets, final) : [];
    const [current = randomUUID(), ...earlier] = calls;
    // The workflow recognizes the current id itself, unless its input is complete.
    for (const call of isInputComplete(job) ? calls : earlier)
      if (await this.#wasAdded(ref, call)) return false;
    if (isInputComplete(job)) throw inputClosed(job);
    const listed = resolveUploads(
      await listObjects(ref.tenant, valid, this.#dependencies.bucketObjects),
      files,
    );
    await this.#dependencies.admitAssets(listed.length);
    const chunks = await sealChunks(uploads?.staged ?? stage(ref), listed);
    const taken = await runtime.addAssets(ref, { chunks, final }, current);
    return taken.sealed.join() === chunks.map(({ sealed }) => sealed).join();
  }

  /** Fails before the files arrive when the job takes no more assets. */
  async #openUploads(ref: JobRef, scope: JobScope, stage: Stage): Promise<Uploads> {
    const { job } = await this.#jobs.open(ref, scope);
    if (isInputComplete(job)) throw inputClosed(job);
    await this.#dependencies.storageQuota.check(ref.tenant);
    return new Uploads(stage(ref));
  }

  /** Whether a call succeeded before. Its response may have been lost. */
  async #wasAdded(ref: JobRef, call: string): Promise<boolean> {
    try {
      // More assets than any job takes: the workflow rejects them without a trace, unless it knows the call.
      const tooMany = { count: Number.MAX_SAFE_INTEGER, sealed: 'none' };
      await this.#dependencies.runtime.addAssets(ref, { chunks: [tooMany], final: false }, call);
      return true;
    } catch (error) {
      if (isOutcomeUnknown(error) || hasCode(error, 'idempotency_key_reused')) throw error;
      return false;
    }
  }
}

const listOperations = ({ steps }: Job): string[] => [...new Set(steps.map(({ operation }) => operation))];

const isInputComplete = ({ state }: Job): boolean =>
  isTerminal(state) || state === 'processing' || state === 'packaging';

function inputClosed({ id, state }: Job): DarkroomError {
  const message = `The input of job "${id}" is complete (it is ${state}); it takes no more assets`;
  return new DarkroomError('input_closed', message, { details: { state } });
}
