/** Everything that can be done with jobs, for every API alike. */
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { DarkroomError } from '../errors.ts';
import type { JobArchive, OpenFile } from './archive.ts';
import type { OperationCatalogue, PlannableOperation } from './catalogue.ts';
import type { Delivery } from './delivery.ts';
import type { ControlSignal, JobEngine, JobFilter, JobPage, JobSnapshot } from './engine.ts';
import { canonicalRequest } from './fingerprint.ts';
import { callbackEvents, type Job, type JobSpec, type jobSpec, type Manifest } from './job.ts';
import { initialStatus, type JobInputs, type JobOrder, type JobRef } from './order.ts';
import { isTerminal } from './states.ts';
import { invalid, validate } from './validation.ts';

/** Longer lists of assets are kept in the store: Temporal's payloads stay small and its pages quick. */
const INLINE_INPUT_BYTES = 32 * 1024;

const HEED_MS = 1000;

export interface JobServiceParts {
  readonly engine: JobEngine;
  readonly archive: JobArchive;
  readonly operations: OperationCatalogue;
  /** Keyed digests of a canonical request, the current key's first. */
  readonly fingerprints: (text: string) => readonly [string, ...string[]];
  /** Why a URL can be refused at submission, or null; see `src/net`. */
  readonly refusalOf: (url: string) => string | null;
  readonly callbackScheduleMs: readonly number[];
}

/** Who asks, through which API. */
export interface Caller {
  readonly tenant: string;
  readonly dialect: string;
}

export class JobService {
  readonly #parts: JobServiceParts;

  constructor(parts: JobServiceParts) {
    this.#parts = parts;
  }

  /**
   * Accepts a job, or finds the one that the same request made before. Once it returns, the job is durable.
   * Throws invalid_request (with one entry in `details.errors` for each bad field), job_id_in_use, job_id_deleted,
   * temporal_unavailable, store_unavailable; then nothing was created.
   */
  async submit(caller: Caller, request: z.input<typeof jobSpec>): Promise<{ job: Job; created: boolean }> {
    const { spec, operation } = validate(request, this.#parts);
    const ref = { tenant: caller.tenant, id: spec.id ?? randomUUID() };
    const fingerprints = this.#parts.fingerprints(canonicalRequest(spec));
    // A client may send its id again long after Temporal forgot it; a fresh UUID cannot have been used.
    if (spec.id !== undefined) {
      if (await this.#parts.archive.isDeleted(ref)) {
        throw new DarkroomError(
          'job_id_deleted',
          `Job id "${ref.id}" belonged to a job that was deleted; choose another`,
        );
      }
      const known = await this.#parts.archive.record(ref);
      if (known) return { job: sameRequest(known, fingerprints), created: false };
    }
    const order = await this.#order(caller, ref, spec, operation, fingerprints[0]);
    const started = await this.#start(ref, order, spec.priority);
    if (started) return { job: { ...order.header, ...initialStatus(order) }, created: true };
    const existing = await this.#parts.engine.get(ref);
    if (!existing)
      throw new DarkroomError(
        'job_id_in_use',
        `Job id "${ref.id}" was taken and given up just now; try again`,
      );
    return { job: sameRequest(existing, fingerprints), created: false };
  }

  /** Throws job_not_found; while Temporal is away, temporal_unavailable for a job without a record. */
  async get(ref: JobRef): Promise<Job> {
    return (await this.#find(ref)).job;
  }

  /**
   * In the order of `JobEngine.list`: the jobs that Temporal knows, then those that only the store remembers. While Temporal is away, the
   * ended jobs that the store has. A cursor says which of the two it goes on in: `t.…` or `s.…`.
   */
  async list(
    tenant: string,
    filter: JobFilter,
    page: { limit: number; cursor?: string | undefined },
  ): Promise<JobPage> {
    const { engine, archive } = this.#parts;
    const [source, cursor] = splitCursor(page.cursor);
    const stored = async (before?: Date) => {
      const found = await archive.list(tenant, filter, { limit: page.limit, cursor, before });
      return { ...found, cursor: found.cursor && `s.${found.cursor}` };
    };
    if (source === 's') return stored(cursor ? undefined : await engine.retainedSince());
    try {
      const found = await this.#withoutDeleted(
        await engine.list(tenant, filter, { limit: page.limit, cursor }),
      );
      if (found.cursor) return { ...found, cursor: `t.${found.cursor}` };
      const older = await archive.list(tenant, filter, { limit: 1, before: await engine.retainedSince() });
      return { ...found, cursor: older.jobs.length > 0 ? 's.' : null };
    } catch (error) {
      if (!isUnavailable(error) || cursor) throw error;
      return stored();
    }
  }

  /** Asks a running job to cancel, pause or resume. Throws job_not_active when it has ended. */
  async control(ref: JobRef, signal: ControlSignal, reason?: string): Promise<Job> {
    const { job } = await this.#find(ref);
    if (isTerminal(job.state)) {
      throw new DarkroomError(
        'job_not_active',
        `Job "${ref.id}" is ${job.state}; only a running job can ${signal}`,
        {
          details: { state: job.state },
        },
      );
    }
    await this.#parts.engine.signal(ref, signal, reason);
    return this.#whenHeeded(ref, signal);
  }

  /** Waits a moment for a worker to act on a signal, so that the answer shows what was asked for. */
  async #whenHeeded(ref: JobRef, signal: ControlSignal): Promise<Job> {
    for (const deadline = Date.now() + HEED_MS; ; ) {
      const { job } = await this.#find(ref);
      const heeded = isTerminal(job.state) || (signal !== 'cancel' && job.paused === (signal === 'pause'));
      if (heeded || Date.now() > deadline) return job;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** The result of a completed job. Throws result_not_ready with the state in `details`. */
  async result(ref: JobRef): Promise<Manifest> {
    const { job } = await this.#find(ref);
    const manifest = job.state === 'completed' ? await this.#parts.archive.manifest(ref, job.run) : null;
    if (!manifest) {
      const state = isTerminal(job.state) ? `ended as ${job.state}` : `is ${job.state}`;
      throw new DarkroomError('result_not_ready', `Job "${ref.id}" ${state} and has no result`, {
        details: { state: job.state, error: job.error },
      });
    }
    return manifest;
  }

  /** One result file. Throws job_not_found, result_not_ready, file_not_found. */
  async file(ref: JobRef, path: string): Promise<OpenFile> {
    const { run } = await this.result(ref);
    const file = await this.#parts.archive.file(ref, run, path);
    if (!file)
      throw new DarkroomError(
        'file_not_found',
        `Job "${ref.id}" has no file "${path}"; see its list of files`,
      );
    return file;
  }

  /** Callbacks that were sent or are on their way. */
  async deliveries(ref: JobRef): Promise<Delivery[]> {
    await this.#find(ref);
    return this.#parts.archive.deliveries(ref);
  }

  /** Stops the job if it runs and erases all that is kept of it; only its id stays taken. */
  async delete(ref: JobRef): Promise<void> {
    const { archive, engine } = this.#parts;
    // A deletion that was cut short is finished by the next one, which then finds no job.
    const buried = await archive.isDeleted(ref);
    if (!buried) await this.#find(ref);
    await engine.remove(ref);
    await archive.bury(ref);
    await archive.erase(ref);
    if (buried) throw notFound(ref);
  }

  async #find(ref: JobRef): Promise<JobSnapshot> {
    const { engine, archive } = this.#parts;
    const found = await engine.get(ref).catch(async (error: unknown) => {
      const record = isUnavailable(error) ? await archive.record(ref).catch(() => null) : null;
      if (record) return record;
      throw error;
    });
    const snapshot = found ?? (await archive.record(ref));
    if (!snapshot || (await this.#isDeleted(snapshot.job))) throw notFound(ref);
    return snapshot;
  }

  /** The engine may know a deleted job for a while. Only jobs that have ended can have been deleted. */
  async #isDeleted(job: Job): Promise<boolean> {
    return isTerminal(job.state) && (await this.#parts.archive.isDeleted(job));
  }

  async #withoutDeleted(page: JobPage): Promise<JobPage> {
    const deleted = await Promise.all(page.jobs.map((job) => this.#isDeleted(job)));
    return { ...page, jobs: page.jobs.filter((_, index) => !deleted[index]) };
  }

  async #order(
    caller: Caller,
    ref: JobRef,
    spec: JobSpec,
    operation: PlannableOperation,
    fingerprint: string,
  ): Promise<JobOrder> {
    const inputs = { assets: spec.assets, callback: spec.callback ?? null };
    return {
      header: {
        id: ref.id,
        tenant: ref.tenant,
        operation: spec.operation,
        dialect: caller.dialect,
        created_at: new Date().toISOString(),
        labels: spec.labels ?? {},
      },
      fingerprint,
      run: 1,
      params: spec.params,
      assetsTotal: spec.assets.length,
      skipFailedAssets: spec.params['on_error'] === 'skip',
      stages: operation.plan,
      callbackEvents: spec.callback ? (spec.callback.events ?? callbackEvents) : [],
      callbackScheduleMs: this.#parts.callbackScheduleMs,
      inputs: mustBeSealed(inputs) ? await this.#parts.archive.seal(ref, inputs) : inputs,
    };
  }

  /** A start that failed may yet have happened (its answer was lost), so only a refusal takes the sealed inputs back. */
  async #start(ref: JobRef, order: JobOrder, priority?: number): Promise<boolean> {
    const started = await this.#parts.engine.start(order, { priority });
    if (!started && 'sealed' in order.inputs) await this.#parts.archive.discard(ref, order.inputs);
    return started;
  }
}

/** A URL with a query may be a presigned one, which is as good as a password. */
function mustBeSealed(inputs: JobInputs): boolean {
  const { assets, callback } = inputs;
  if (callback?.token !== undefined) return true;
  const urls = [callback?.url, ...assets.map(({ source }) => source.url)];
  return urls.some((url) => url?.includes('?')) || JSON.stringify(inputs).length > INLINE_INPUT_BYTES;
}

function splitCursor(cursor: string | undefined): ['t' | 's', string | undefined] {
  if (!cursor) return ['t', undefined];
  if (!/^[ts]\./.test(cursor))
    throw invalid([{ pointer: '/cursor', detail: 'is not a cursor of this list' }]);
  return [cursor.startsWith('s') ? 's' : 't', cursor.slice(2) || undefined];
}

function sameRequest({ job, fingerprint }: JobSnapshot, fingerprints: readonly string[]): Job {
  if (fingerprints.includes(fingerprint)) return job;
  throw new DarkroomError(
    'job_id_in_use',
    `Job id "${job.id}" belongs to another request, of ${job.created_at}; choose another id`,
    { details: { state: job.state, created_at: job.created_at } },
  );
}

const notFound = ({ id }: JobRef): DarkroomError =>
  new DarkroomError('job_not_found', `There is no job "${id}"`);

const isUnavailable = (error: unknown): boolean =>
  error instanceof DarkroomError && error.code === 'temporal_unavailable';
