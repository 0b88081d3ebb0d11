/** Takes jobs in, and assets for jobs that wait for them: checked whole, refused whole, or durable. */

import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { DarkroomError, hasCode, isOutcomeUnknown } from '../../errors.ts';
import type { Jobs } from '../jobs.ts';
import type { assetList } from '../model/asset.ts';
import { isExpired } from '../model/expiry.ts';
import type { Job, JobSpec, jobSpec } from '../model/job.ts';
import { initialStatus, type JobRef } from '../model/run-input.ts';
import { isTerminal } from '../model/states.ts';
import type { JobArchive } from '../ports/job-archive.ts';
import type { JobRuntime } from '../ports/job-runtime.ts';
import type { OperationCatalogue, PlannableOperation } from '../ports/operation-catalogue.ts';
import { invalidRequest } from '../validation/invalid-request.ts';
import {
  buildRunInput,
  type ReceivedFile,
  type RunInputDependencies,
  sealChunks,
  type ValidRequest,
  withUploads,
} from './build-run-input.ts';
import type { ConcurrencyQuotas } from './concurrency-quota.ts';
import { canonicalRequest, sameRequest } from './fingerprint.ts';
import { Idempotency, inTermsOfKey } from './idempotency.ts';
import { refusedRecord } from './refused-record.ts';
import { StagedWrites } from './staged-writes.ts';
import { Uploads } from './uploads.ts';
import { validate, validateAssets } from './validate.ts';

export interface JobSubmissionsDependencies extends RunInputDependencies {
  readonly runtime: JobRuntime;
  readonly archive: JobArchive;
  readonly operations: OperationCatalogue;
  readonly quotas: ConcurrencyQuotas;
  /** Keyed digests of a canonical request, the current key's first. */
  readonly fingerprints: (text: string) => readonly [string, ...string[]];
  /** True: jobs wait for a worker with the engine that they need; else they are refused. */
  readonly queueUnavailable: boolean;
  /** Why a URL can be refused at submission, or null; see `src/net`. */
  readonly refusalOf: (url: string) => string | null;
}

/** Who asks, through which API. */
export interface Submitter {
  readonly tenant: string;
  readonly dialect: string;
  /** Stands for an id that the client did not choose, so that a request that is sent twice is one job. */
  readonly idempotencyKey?: string | undefined;
  /** What the client named instead of each asset, such as a directory: requests are compared by it, not by what it held. */
  readonly assetsNamed?: string;
}

export type JobRequest = z.input<typeof jobSpec>;

export interface AssetsRequest {
  readonly assets: z.input<typeof assetList>;
  /** True: these are the last. */
  readonly final?: boolean | undefined;
  readonly idempotencyKey?: string | undefined;
}

export interface Submitted {
  readonly job: Job;
  /** False: the same request had made it before. */
  readonly created: boolean;
}

export class JobSubmissions {
  readonly #parts: JobSubmissionsDependencies;
  readonly #jobs: Pick<Jobs, 'open'>;
  readonly #idempotency: Idempotency;

  constructor(parts: JobSubmissionsDependencies, jobs: Pick<Jobs, 'open'>) {
    this.#parts = parts;
    this.#idempotency = new Idempotency(parts.fingerprints);
    this.#jobs = jobs;
  }

  /**
   * Accepts a job, or finds the one that the same request made before. Once it returns, the job is durable. `uploads`:
   * the files that came with it. Throws invalid_request (with one entry in `details.errors` for each bad field),
   * job_id_in_use, idempotency_key_reused, job_id_deleted, too_many_jobs, temporal_unavailable, store_unavailable; then nothing was created.
   */
  async submit(caller: Submitter, request: JobRequest, uploads?: Uploads): Promise<Submitted> {
    const files = uploads?.files ?? [];
    const accept = async (): Promise<Submitted> => {
      const { spec, operation } = validate(request, this.#parts, files);
      const assets = withUploads(spec.assets, files);
      const staged = uploads?.staged ?? this.#staged(caller, await this.#named(caller, spec));
      const valid = { dialect: caller.dialect, spec, operation, assets, staged };
      return staged.commitOrRollback(
        () => this.#accept(caller, valid),
        ({ created }) => created,
      );
    };
    return uploads ? uploads.staged.commitOrRollback(accept, ({ created }) => created) : accept();
  }

  async #accept(caller: Submitter, request: Omit<ValidRequest, 'fingerprint'>): Promise<Submitted> {
    const { spec, operation, assets, staged } = request;
    const { ref } = staged;
    const chosen = spec.id !== undefined || caller.idempotencyKey !== undefined;
    const fingerprints = this.#parts.fingerprints(canonicalRequest(spec, assets, caller.assetsNamed));
    try {
      // A client may send its id again long after Temporal forgot it; a fresh UUID cannot have been used.
      const known = chosen ? await this.#known(ref, fingerprints) : null;
      if (known) return { job: known, created: false };
      await this.#refuseUnavailable(operation);
      await this.#admit(ref, chosen);
      const runInput = await buildRunInput(this.#parts, { ...request, fingerprint: fingerprints[0] });
      if (await this.#parts.runtime.start(runInput, { priority: spec.priority }))
        return { job: { ...runInput.header, ...initialStatus(runInput) }, created: true };
      const existing = await this.#parts.runtime.get(ref);
      if (!existing) {
        const message = `Job id "${ref.id}" was taken and given up just now; try again`;
        throw new DarkroomError('job_id_in_use', message);
      }
      return { job: sameRequest(existing, fingerprints), created: false };
    } catch (error) {
      throw inTermsOfKey(error, spec, caller);
    }
  }

  /**
   * The job that a request names, by its id or by a key; null when it names none. While the master key is changed, a key may
   * stand for a job that was made with the one before.
   */
  async #named(caller: Submitter, { id }: Pick<JobSpec, 'id'>): Promise<JobRef | null> {
    const { tenant } = caller;
    const [current, ...earlier] = id === undefined ? this.#idempotency.idsOf(caller) : [id];
    for (const id of earlier) if (await this.#isTaken({ tenant, id })) return { tenant, id };
    return current === undefined ? null : { tenant, id: current };
  }

  async #isTaken(ref: JobRef): Promise<boolean> {
    const { archive, runtime } = this.#parts;
    if ((await archive.isDeleted(ref)) || (await archive.record(ref))) return true;
    return (await runtime.get(ref)) !== null;
  }

  #staged({ tenant }: Submitter, named: JobRef | null): StagedWrites {
    return new StagedWrites(this.#parts.archive, named ?? { tenant, id: randomUUID() });
  }

  /**
   * The job that the same request made before, its assets left out, as `assetsNamed` stands for them; null when there is none.
   * Throws invalid_request, job_id_in_use, idempotency_key_reused, job_id_deleted.
   */
  async find(caller: Submitter, request: JobRequest): Promise<Job | null> {
    const { spec } = validate(request, this.#parts, null);
    const ref = await this.#named(caller, spec);
    if (!ref) return null;
    const fingerprints = this.#parts.fingerprints(canonicalRequest(spec, [], caller.assetsNamed));
    try {
      const ended = await this.#known(ref, fingerprints);
      const running = ended ? null : await this.#parts.runtime.get(ref);
      return running ? sameRequest(running, fingerprints) : ended;
    } catch (error) {
      throw inTermsOfKey(error, spec, caller);
    }
  }

  /**
   * Begins a submission whose files follow: the request is checked before they come. Hand `submit` the same request and
   * the uploads once they are there, or discard them.
   */
  async receive(caller: Submitter, request: JobRequest): Promise<Uploads> {
    const { spec, operation } = validate(request, this.#parts, null);
    await this.#refuseUnavailable(operation);
    await this.#parts.quotas.of(caller.tenant).check();
    const staged = this.#staged(caller, await this.#named(caller, spec));
    if (spec.id !== undefined) await this.#refuseDeleted(staged.ref);
    return new Uploads(staged);
  }

  /** A request that is sent again needs no room: its job is there. */
  async #admit(ref: JobRef, chosen: boolean): Promise<void> {
    const { runtime, quotas } = this.#parts;
    await quotas
      .of(ref.tenant)
      .acquire()
      .catch(async (error: unknown) => {
        if (!chosen || (await runtime.get(ref)) === null) throw error;
      });
  }

  /** Such a job would wait for somebody to install something, which its client should be told. */
  async #refuseUnavailable({ info }: PlannableOperation): Promise<void> {
    const { runtime, queueUnavailable } = this.#parts;
    if (info.requires.length === 0 || queueUnavailable) return;
    const live = await runtime.liveCapabilities();
    if (info.capabilities.every((capability) => live.has(capability))) return;
    const message = `No live worker can do ${info.name}. Run "${info.install}" where a worker runs; it is offered seconds later`;
    throw new DarkroomError('operation_unavailable', message, { details: { requires: info.requires } });
  }

  /** Begins a submission of one file of which nothing else is known yet: all of the request is checked by `submit`. */
  receiveInput({ tenant }: Submitter): Uploads {
    const ref = { tenant, id: randomUUID() };
    return new Uploads(new StagedWrites(this.#parts.archive, ref, { asInput: true }));
  }

  /**
   * Makes a failed job of a submission that was not accepted, for an API whose clients look there for the reason. Its id is
   * its own: a start whose answer was lost may have made a job that runs. Throws store_unavailable, disk_full.
   */
  async refuse({ tenant, dialect }: Submitter, operation: string, error: DarkroomError): Promise<Job> {
    const { retention } = this.#parts;
    const record = refusedRecord({ tenant, id: randomUUID() }, { dialect, operation, error, retention });
    await this.#parts.archive.saveRefusedRecord(record);
    return record.job;
  }

  /** Uploads for a job that waits for assets. Throws job_not_found, input_closed. */
  async receiveAssets(ref: JobRef): Promise<Uploads> {
    const { job } = await this.#jobs.open(ref);
    if (isComplete(job)) throw inputClosed(job);
    return new Uploads(new StagedWrites(this.#parts.archive, ref));
  }

  /**
   * Adds assets to a job that waits for them: all of these or, with an error, none. The same `idempotencyKey` again adds
   * nothing. Throws invalid_request, job_not_found, input_closed, too_many_assets, worker_unavailable.
   */
  async addAssets(ref: JobRef, request: AssetsRequest, uploads?: Uploads): Promise<Job> {
    const staged = uploads?.staged ?? new StagedWrites(this.#parts.archive, ref);
    await staged.commitOrRollback(
      () => this.#handOver(staged, request, uploads?.files ?? []),
      (taken) => taken,
    );
    return (await this.#jobs.open(ref)).job;
  }

  /** False: the same call had brought them before. */
  async #handOver(
    staged: StagedWrites,
    request: AssetsRequest,
    files: readonly ReceivedFile[],
  ): Promise<boolean> {
    const { ref } = staged;
    const { job } = await this.#jobs.open(ref);
    const assets = withUploads(validateAssets(request.assets, job.operation, this.#parts, files), files);
    const { final = false, idempotencyKey } = request;
    if (assets.length === 0 && !final)
      throw invalidRequest([
        { pointer: '/assets', detail: 'must have at least one asset, unless `final` is true' },
      ]);
    const calls = idempotencyKey ? this.#idempotency.callsOf(idempotencyKey, assets, final) : [];
    const [current = randomUUID(), ...earlier] = calls;
    // Under the current key it is the workflow that tells, unless that takes no more.
    for (const call of isComplete(job) ? calls : earlier) if (await this.#wasTaken(ref, call)) return false;
    if (isComplete(job)) throw inputClosed(job);
    const chunks = await sealChunks(staged, assets);
    const taken = await this.#parts.runtime.addAssets(ref, { chunks, final }, current);
    return taken.sealed.join() === chunks.map(({ sealed }) => sealed).join();
  }

  /** Whether a call was made before, such as the one that completed the input, whose answer may have been lost. */
  async #wasTaken(ref: JobRef, call: string): Promise<boolean> {
    try {
      // More than any job takes: it is refused, and leaves no trace, unless it is known.
      const tooMany = { count: Number.MAX_SAFE_INTEGER, assets: [] };
      await this.#parts.runtime.addAssets(ref, { chunks: [tooMany], final: false }, call);
      return true;
    } catch (error) {
      if (isOutcomeUnknown(error) || hasCode(error, 'idempotency_key_reused')) throw error;
      return false;
    }
  }

  async #known(ref: JobRef, fingerprints: readonly string[]): Promise<Job | null> {
    await this.#refuseDeleted(ref);
    const record = await this.#parts.archive.record(ref);
    if (!record) return null;
    if (isExpired(record.job)) throw idGone(ref, 'has expired');
    sameRequest(record, fingerprints);
    return (await this.#jobs.open(ref)).job;
  }

  async #refuseDeleted(ref: JobRef): Promise<void> {
    if (!(await this.#parts.archive.isDeleted(ref))) return;
    throw idGone(ref, 'was deleted');
  }
}

const idGone = ({ id }: JobRef, fate: string): DarkroomError =>
  new DarkroomError('job_id_deleted', `Job id "${id}" belonged to a job that ${fate}; choose another`);

const isComplete = ({ state }: Job): boolean =>
  isTerminal(state) || state === 'processing' || state === 'packaging';

const inputClosed = ({ id, state }: Job): DarkroomError => {
  const message = `The input of job "${id}" is complete (it is ${state}); it takes no more assets`;
  return new DarkroomError('input_closed', message, { details: { state } });
};
