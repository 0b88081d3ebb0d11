/** Determines which job a request stands for, and whether an earlier request made it. */
import { randomUUID } from 'node:crypto';
import { DarkroomError } from '../../errors.ts';
import type { Jobs } from '../jobs.ts';
import { isExpired } from '../model/expiry.ts';
import type { Job } from '../model/job.ts';
import type { JobSpec } from '../model/job-spec.ts';
import type { AssetInput, JobRef } from '../model/run-input.ts';
import type { JobArchive } from '../ports/job-archive.ts';
import type { JobRuntime, JobSnapshot } from '../ports/job-runtime.ts';
import { canonicalRequest, type KeyedDigests } from './fingerprint.ts';
import type { Idempotency } from './idempotency.ts';
import type { Submitter } from './submitter.ts';

export interface IdentifyDependencies {
  readonly runtime: Pick<JobRuntime, 'get'>;
  readonly archive: Pick<JobArchive, 'record' | 'isDeleted'>;
  readonly fingerprints: KeyedDigests;
}

export interface Identity {
  readonly ref: JobRef;
  readonly dialect: string;
  /** False: the id is random, so no earlier request can have used it. */
  readonly isChosen: boolean;
  /** The Idempotency-Key that the id was made from; null: the client chose the id itself, or neither. */
  readonly idempotencyKey: string | null;
  /** Fingerprints of the request, the current master key's first. */
  readonly fingerprints: ReturnType<KeyedDigests>;
}

export class JobIdentifier {
  readonly #dependencies: IdentifyDependencies;
  readonly #jobs: Pick<Jobs, 'open'>;
  readonly #idempotency: Idempotency;

  constructor(dependencies: IdentifyDependencies, jobs: Pick<Jobs, 'open'>, idempotency: Idempotency) {
    this.#dependencies = dependencies;
    this.#jobs = jobs;
    this.#idempotency = idempotency;
  }

  /** Returns the job that a request names by id or key; null when it names none. */
  async findNamed(submitter: Submitter, { id }: Pick<JobSpec, 'id'>): Promise<JobRef | null> {
    const { tenant } = submitter;
    if (id !== undefined) return { tenant, id };
    const [current, ...earlier] = this.#idempotency.jobIds(submitter);
    // During a rotation of the master key, the job may have been made with an earlier one.
    for (const id of earlier) if (await this.#isTaken({ tenant, id })) return { tenant, id };
    return current === undefined ? null : { tenant, id: current };
  }

  /** Returns the job that a request names, or a new one. */
  async nameOrCreate(submitter: Submitter, spec: Pick<JobSpec, 'id'>): Promise<JobRef> {
    return (await this.findNamed(submitter, spec)) ?? { tenant: submitter.tenant, id: randomUUID() };
  }

  identify(ref: JobRef, submitter: Submitter, spec: JobSpec, assets: readonly AssetInput[]): Identity {
    const key = spec.id === undefined ? (submitter.idempotencyKey ?? null) : null;
    return {
      ref,
      dialect: submitter.dialect,
      isChosen: spec.id !== undefined || key !== null,
      idempotencyKey: key,
      fingerprints: this.#dependencies.fingerprints(canonicalRequest(spec, assets, submitter.assetsNamed)),
    };
  }

  /**
   * Returns the ended job that the same request made; null when there is none. Clients may repeat a request long after
   * Temporal has dropped its job.
   *
   * @throws job_id_deleted, job_id_in_use, idempotency_key_reused
   */
  async findEnded(identity: Identity): Promise<Job | null> {
    const { ref } = identity;
    await this.checkNotDeleted(identity);
    const record = await this.#dependencies.archive.record(ref);
    if (!record) return null;
    if (isExpired(record.job)) throw idDeleted(identity, 'has expired');
    checkSameRequest(record, identity);
    return (await this.#jobs.open(ref)).job;
  }

  /**
   * Returns the job in Temporal that the same request made; null when there is none.
   *
   * @throws job_id_in_use, idempotency_key_reused
   */
  async findStarted(identity: Identity): Promise<Job | null> {
    const snapshot = await this.#dependencies.runtime.get(identity.ref);
    return snapshot && checkSameRequest(snapshot, identity);
  }

  /** @throws job_id_deleted */
  async checkNotDeleted(identity: Pick<Identity, 'ref' | 'idempotencyKey'>): Promise<void> {
    if (await this.#dependencies.archive.isDeleted(identity.ref)) throw idDeleted(identity, 'was deleted');
  }

  async #isTaken(ref: JobRef): Promise<boolean> {
    const { archive, runtime } = this.#dependencies;
    if ((await archive.isDeleted(ref)) || (await archive.record(ref))) return true;
    return (await runtime.get(ref)) !== null;
  }
}

/** Returns the job if the same request made it through the same dialect; else throws. */
function checkSameRequest({ job, fingerprint }: JobSnapshot, identity: Identity): Job {
  if (job.dialect !== identity.dialect)
    throw idInUse(identity, `Job id "${job.id}" belongs to a job of another API`);
  if (identity.fingerprints.includes(fingerprint)) return job;
  const { id, state, created_at } = job;
  const message = `Job id "${id}" belongs to another request, of ${created_at}; choose another id`;
  throw idInUse(identity, message, { state, created_at });
}

function idDeleted({ ref, idempotencyKey: key }: Pick<Identity, 'ref' | 'idempotencyKey'>, fate: string) {
  const message =
    key === null
      ? `Job id "${ref.id}" belonged to a job that ${fate}; choose another`
      : `The job of Idempotency-Key "${key}" ${fate}; send another key for another job`;
  return new DarkroomError('job_id_deleted', message);
}

/** A client that sent a key does not know the id. */
export function idInUse(
  { idempotencyKey: key }: Pick<Identity, 'idempotencyKey'>,
  message: string,
  details?: Record<string, unknown>,
): DarkroomError {
  if (key === null) return new DarkroomError('job_id_in_use', message, details && { details });
  return new DarkroomError(
    'idempotency_key_reused',
    `Idempotency-Key "${key}" was sent before, with another request`,
  );
}
