/** Accepts jobs, and assets for waiting jobs. */
import type { DarkroomError } from '../../errors.ts';
import type { JobScope, Jobs } from '../jobs.ts';
import type { Job } from '../model/job.ts';
import type { JobPlan } from '../model/job-plan.ts';
import type { JobSpec } from '../model/job-spec.ts';
import { initialJob, type JobRef } from '../model/run-input.ts';
import type { BucketObjects } from '../ports/bucket-objects.ts';
import type { JobArchive } from '../ports/job-archive.ts';
import type { JobRuntime } from '../ports/job-runtime.ts';
import { planSteps } from '../query/plan-steps.ts';
import { StepSamples } from '../query/step-samples.ts';
import { type AdmitAssets, AssetSubmissions, type AssetsRequest } from './asset-submissions.ts';
import { listOperations } from './build-pipeline.ts';
import { buildRunInput, type RunInputDependencies, resolveUploads } from './build-run-input.ts';
import type { ConcurrencyQuotas } from './concurrency-quota.ts';
import type { KeyedDigests } from './fingerprint.ts';
import { Idempotency } from './idempotency.ts';
import { type Identity, idInUse, JobIdentifier } from './identify.ts';
import { listObjects } from './list-objects.ts';
import { checkPriority } from './priority.ts';
import { keepRejected } from './rejected-job.ts';
import { requireWorkers } from './require-workers.ts';
import { type Stage, settleWrites } from './staged-writes.ts';
import type { StorageQuota } from './storage-quota.ts';
import type { JobRequest, ReadForm, Submitted, Submitter } from './submitter.ts';
import { Uploads } from './uploads.ts';
import { requireCounts, type ValidationRules, validate } from './validate.ts';

export interface JobSubmissionsDependencies extends RunInputDependencies, ValidationRules {
  readonly runtime: JobRuntime;
  readonly archive: JobArchive;
  readonly quotas: ConcurrencyQuotas;
  readonly storageQuota: StorageQuota;
  readonly admitAssets: AdmitAssets;
  readonly fingerprints: KeyedDigests;
  readonly bucketObjects: BucketObjects;
  /** True: jobs wait for a worker with the engine that they need. False: they are rejected while no such worker is live. */
  readonly queueUnavailable: boolean;
}

export class JobSubmissions {
  readonly #dependencies: JobSubmissionsDependencies;
  readonly #idempotency: Idempotency;
  readonly #identifier: JobIdentifier;
  readonly #assets: AssetSubmissions;
  readonly #listeners: ((job: Job) => void)[] = [];

  constructor(dependencies: JobSubmissionsDependencies, jobs: Pick<Jobs, 'open'>) {
    this.#dependencies = dependencies;
    this.#idempotency = new Idempotency(dependencies.fingerprints);
    this.#identifier = new JobIdentifier(dependencies, jobs, this.#idempotency);
    this.#assets = new AssetSubmissions(dependencies, jobs, this.#idempotency);
  }

  /** Calls `listener` for each job created from now on. */
  onCreated(listener: (job: Job) => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Creates a job, or returns the one that the same request made before. The job is durable once this returns; after an error,
   * nothing was created.
   *
   * @throws invalid_request with each invalid field in `details.errors`; job_id_in_use, job_id_deleted, idempotency_key_reused,
   * operation_unavailable, too_many_jobs, tenant_storage_full, temporal_unavailable, store_unavailable, disk_full; what the form reader throws.
   * @example
   * await submissions.submit({ tenant, dialect }, { operation: 'image.transform', assets });
   */
  async submit(submitter: Submitter, source: JobRequest | ReadForm<JobRequest>): Promise<Submitted> {
    const { archive } = this.#dependencies;
    try {
      const submitted = await settleWrites(
        archive,
        (stage) => this.#create(submitter, source, stage),
        ({ created }) => created,
      );
      if (submitted.created) for (const listener of this.#listeners) listener(submitted.job);
      return submitted;
    } catch (error) {
      const id = ({ code, message }: DarkroomError) =>
        this.#idempotency.rejectionId(submitter, `${code} ${message}`);
      return keepRejected(this.#dependencies, submitter, error, { id });
    }
  }

  /**
   * Returns the job that the same request made before; null when there is none. A submitter with `assetsNamed` may omit the
   * assets.
   *
   * @throws invalid_request, job_id_in_use, job_id_deleted, idempotency_key_reused
   */
  async find(submitter: Submitter, request: JobRequest): Promise<Job | null> {
    const { spec } = await validate(submitter.tenant, request, this.#dependencies, null);
    return this.#findEqual(submitter, spec);
  }

  /**
   * Returns what a request would compute. Stores and starts nothing, and fails as the request would. Uploads may be named before they
   * arrive.
   *
   * @throws as `submit`
   */
  async plan(submitter: Submitter, request: JobRequest): Promise<JobPlan> {
    const { runtime, bucketObjects, storageQuota } = this.#dependencies;
    const { tenant } = submitter;
    const { spec, pipeline, template } = await validate(tenant, request, this.#dependencies, null);
    checkPriority(spec, submitter);
    const operations = listOperations(pipeline);
    await requireWorkers(this.#dependencies, operations);
    const assets = await listObjects(tenant, spec.assets, bucketObjects);
    requireCounts({ ...spec, assets }, pipeline, []);
    const hasUploads = assets.some(({ source }) => source.upload !== undefined);
    const known = hasUploads ? null : await this.#findEqual(submitter, spec);
    if (!known) {
      await storageQuota.check(tenant);
      for (const quota of this.#quotasOf(submitter)) await quota.of(tenant).check();
    }
    const samples = await StepSamples.read(
      runtime,
      tenant,
      operations.map(({ info }) => info.name),
    );
    const steps = pipeline.steps.map(({ name, operation, use, when }) => ({
      name,
      operation: operation.info.name,
      use: [...use],
      ...(when === null ? {} : { when }),
      stages: operation.plan.map((stage) => ({ name: stage.name, computes: 'all' as const })),
    }));
    const count = spec.await_assets ? (spec.await_assets.total ?? null) : assets.length;
    const { results } = pipeline;
    return {
      exists: hasUploads && (spec.id ?? submitter.idempotencyKey) !== undefined ? null : known !== null,
      run: known?.run ?? 1,
      template,
      assets: assets.length,
      results: [...results],
      ...planSteps(steps, { assets: count, results, samples }),
    };
  }

  /** Returns the job that an equal request made before. */
  async #findEqual(submitter: Submitter, spec: JobSpec): Promise<Job | null> {
    const ref = await this.#identifier.findNamed(submitter, spec);
    if (!ref) return null;
    const identity = this.#identifier.identify(ref, submitter, spec, resolveUploads(spec.assets, []));
    return (await this.#identifier.findEnded(identity)) ?? this.#identifier.findStarted(identity);
  }

  /** See {@link AssetSubmissions.add}. */
  addAssets(ref: JobRef, source: AssetsRequest | ReadForm<AssetsRequest>, scope?: JobScope): Promise<Job> {
    return this.#assets.add(ref, source, scope);
  }

  async #create(
    submitter: Submitter,
    source: JobRequest | ReadForm<JobRequest>,
    stage: Stage,
  ): Promise<Submitted> {
    const { runtime } = this.#dependencies;
    const { request, uploads } =
      typeof source === 'function'
        ? await source((request) => this.#openUploads(submitter, request, stage))
        : { request: source, uploads: null };
    const files = uploads?.files ?? [];
    const { spec, pipeline, template } = await validate(submitter.tenant, request, this.#dependencies, files);
    checkPriority(spec, submitter);
    const assets = resolveUploads(spec.assets, files);
    const staged = uploads?.staged ?? stage(await this.#identifier.nameOrCreate(submitter, spec));
    const identity = this.#identifier.identify(staged.ref, submitter, spec, assets);
    const ended = identity.isChosen ? await this.#identifier.findEnded(identity) : null;
    if (ended) return { job: ended, created: false };
    await requireWorkers(this.#dependencies, listOperations(pipeline));
    const listed = await listObjects(submitter.tenant, spec.assets, this.#dependencies.bucketObjects);
    requireCounts({ ...spec, assets: listed }, pipeline, files);
    const all = resolveUploads(listed, files);
    await this.#acquireQuotas(submitter, identity, all.length);
    const { dialect, notes = [], keepDays } = submitter;
    const fingerprint = identity.fingerprints[0];
    const valid = { staged, dialect, notes, keepDays, spec, pipeline, template, assets: all, fingerprint };
    const runInput = await buildRunInput(this.#dependencies, valid);
    if (await runtime.start(runInput, { priority: spec.priority }))
      return { job: initialJob(runInput), created: true };
    const started = await this.#identifier.findStarted(identity);
    if (started) return { job: started, created: false };
    throw idInUse(identity, `Job id "${staged.ref.id}" was used and deleted meanwhile; choose another`);
  }

  /** Opens the uploads of a form. Everything known of the request is checked before its files arrive. */
  async #openUploads(submitter: Submitter, request: JobRequest | undefined, stage: Stage): Promise<Uploads> {
    const { fixedInputKey } = submitter;
    if (request === undefined) {
      await this.#dependencies.storageQuota.check(submitter.tenant);
      return new Uploads(stage(await this.#identifier.nameOrCreate(submitter, {}), { fixedInputKey }));
    }
    const { spec, pipeline } = await validate(submitter.tenant, request, this.#dependencies, null);
    checkPriority(spec, submitter);
    await requireWorkers(this.#dependencies, listOperations(pipeline));
    for (const quota of this.#quotasOf(submitter)) await quota.of(submitter.tenant).check();
    await this.#dependencies.storageQuota.check(submitter.tenant);
    const ref = await this.#identifier.nameOrCreate(submitter, spec);
    if (spec.id !== undefined) await this.#identifier.checkNotDeleted({ ref, idempotencyKey: null });
    return new Uploads(stage(ref, { fixedInputKey }));
  }

  async #acquireQuotas(submitter: Submitter, { ref, isChosen }: Identity, assets: number): Promise<void> {
    try {
      await this.#dependencies.storageQuota.check(ref.tenant);
      await this.#dependencies.admitAssets(assets);
      for (const quota of this.#quotasOf(submitter)) await quota.of(ref.tenant).acquire();
    } catch (error) {
      // A repeated request adds no job.
      if (!isChosen || !(await this.#dependencies.runtime.get(ref))) throw error;
    }
  }

  #quotasOf({ quotas = [] }: Submitter): readonly ConcurrencyQuotas[] {
    return [...quotas, this.#dependencies.quotas];
  }
}
