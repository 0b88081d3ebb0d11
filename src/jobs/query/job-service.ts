/** Everything that can be done with jobs, for every API alike. */
import { DarkroomError, hasCode } from '../../errors.ts';
import { TtlCache } from '../../lib/ttl-cache.ts';
import { buildRerunInput, type RerunRequest } from '../lifecycle/rerun.ts';
import { isExpired, leftoversDeletion, workExpiredSince } from '../lifecycle/scheduled-deletion.ts';
import type { Delivery } from '../model/delivery.ts';
import type { Job } from '../model/job.ts';
import { type RequestView, SHOWN_ASSETS, toRequestView } from '../model/request-view.ts';
import {
  type AssetChunk,
  initialStatus,
  type JobInputs,
  type JobRef,
  type RunInput,
} from '../model/run-input.ts';
import { isTerminal } from '../model/states.ts';
import type { JobArchive, OpenFile, StoredResult } from '../ports/job-archive.ts';
import type { ControlSignal, JobFilter, JobPage, JobRuntime, JobSnapshot } from '../ports/job-runtime.ts';
import type { ConcurrencyQuotas } from '../submit/concurrency-quota.ts';
import { invalid } from '../submit/validation.ts';

const HEED_MS = 1000;

/** An ended run that still waits for the receiver of its callback is given this long. */
const CLOSING_MS = 5000;

/** Records that are looked through to fill a page. */
const LOOKS = 100;

/** Milliseconds for which it is remembered how many jobs only the store has, and for how many questions. */
const COUNT_MS = 10 * 60_000;
const MAX_COUNTS = 1000;

export interface JobServiceParts {
  readonly runtime: JobRuntime;
  readonly archive: JobArchive;
  readonly quotas: ConcurrencyQuotas;
}

const past = { cancel: 'cancelled', pause: 'paused', resume: 'resumed' } as const satisfies Record<
  ControlSignal,
  string
>;

export class JobService {
  readonly #parts: JobServiceParts;
  readonly #older = new TtlCache<number>(COUNT_MS, MAX_COUNTS);

  constructor(parts: JobServiceParts) {
    this.#parts = parts;
  }

  /** Runs a job that has ended again, under the same id. Throws job_still_active, job_not_rerunnable, invalid_request, too_many_jobs. */
  async rerun(ref: JobRef, request: RerunRequest): Promise<Job> {
    const { job, fingerprint } = await this.#find(ref);
    if (!isTerminal(job.state)) {
      const message = `Job "${ref.id}" is ${job.state}; cancel it or let it end before you run it again`;
      throw new DarkroomError('job_still_active', message, { details: { state: job.state } });
    }
    const earlier = await this.#orderOf(ref, job);
    const over = workExpiredSince(job, earlier);
    const runInput = buildRerunInput(earlier, job, request, over !== null);
    await this.#parts.quotas.of(ref.tenant).acquire();
    // Past its time the work may be erased at any moment: the next run must not build on a part of it.
    if (over) await this.#eraseWork(job, over);
    for (const deadline = Date.now() + CLOSING_MS; ; await pause(100)) {
      if (await this.#parts.runtime.start({ ...runInput, fingerprint }, {}))
        return { ...runInput.header, ...initialStatus(runInput) };
      const { job: now } = await this.#find(ref);
      // Another rerun was faster.
      if (now.run >= runInput.run) return now;
      if (Date.now() < deadline) continue;
      const message = `Job "${ref.id}" has ended, and its client is being told; run it again in a few seconds`;
      throw new DarkroomError('job_still_active', message, { details: { state: now.state } });
    }
  }

  /** What another rerun, which was faster, has written since is later than `until`. */
  async #eraseWork(job: Job, until: Date): Promise<void> {
    const record = await this.#parts.archive.record(job);
    if (record?.job.run === job.run) await this.#parts.archive.eraseWork(record, until);
  }

  /** What the job's latest run was given. */
  async #orderOf(ref: JobRef, { run }: Job): Promise<RunInput> {
    const { archive, runtime } = this.#parts;
    const record = await archive.record(ref);
    const runInput = record?.job.run === run ? record.runInput : await runtime.runInput(ref);
    if (runInput) return runInput;
    throw new DarkroomError('job_not_rerunnable', `What job "${ref.id}" was given is no longer known`);
  }

  /** Throws job_not_found; while Temporal is away, temporal_unavailable for a job without a record. */
  async get(ref: JobRef): Promise<Job> {
    return (await this.#find(ref)).job;
  }

  /** The same, with what the job went through so far. */
  look(ref: JobRef): Promise<JobSnapshot> {
    return this.#find(ref);
  }

  /**
   * In the order of `JobEngine.list`: the jobs that Temporal knows, then those that only the store remembers. While Temporal is away, the
   * ended jobs that the store has, and no answer for those under way. A cursor says which of the two it goes on in: `t.…` or `s.…`.
   */
  async list(
    tenant: string,
    filter: JobFilter,
    page: { limit: number; cursor?: string | undefined },
  ): Promise<JobPage> {
    const { runtime, archive } = this.#parts;
    const [source, cursor] = splitCursor(page.cursor);
    const stored = async (before?: Date) => {
      const found = await this.#withoutGone(
        await archive.list(tenant, filter, { limit: page.limit, cursor, before }),
      );
      return { ...found, cursor: found.cursor && `s.${found.cursor}` };
    };
    if (source === 's') return stored(cursor ? undefined : await runtime.retainedSince());
    try {
      const found = await this.#withoutGone(
        await runtime.list(tenant, filter, { limit: page.limit, cursor }),
      );
      if (found.cursor) return { ...found, cursor: `t.${found.cursor}` };
      const limit = Math.max(1, page.limit - found.jobs.length);
      // To find more that match may take long, and then is for the next page.
      const rest = { limit, before: await runtime.retainedSince(), looks: LOOKS };
      const older = await this.#withoutGone(await archive.list(tenant, filter, rest));
      if (found.jobs.length === page.limit)
        return { ...found, cursor: older.jobs.length > 0 || older.cursor ? 's.' : null };
      // Temporal forgets a little later than it says.
      const known = new Set(found.jobs.map(({ id }) => id));
      const more = older.jobs.filter(({ id }) => !known.has(id));
      return { jobs: [...found.jobs, ...more], cursor: older.cursor && `s.${older.cursor}` };
    } catch (error) {
      const underWay = filter.state !== undefined && !isTerminal(filter.state);
      if (!hasCode(error, 'temporal_unavailable') || cursor || underWay) throw error;
      return stored();
    }
  }

  /**
   * How many jobs `list` has, about, as far as `most`: of what Temporal knows as it counts them now; of what only the store remembers,
   * where each must be looked at, as some minutes ago. Throws temporal_unavailable.
   */
  async count(tenant: string, filter: JobFilter, most: number): Promise<number> {
    const known = await this.#parts.runtime.count(tenant, filter);
    if (known >= most) return known;
    const question = JSON.stringify([tenant, filter, most]);
    return known + (await this.#older.get(question, () => this.#countOlder(tenant, filter, most)));
  }

  async #countOlder(tenant: string, filter: JobFilter, most: number): Promise<number> {
    let count = 0;
    for (let cursor: string | null = 's.'; cursor !== null && count < most; ) {
      const page: JobPage = await this.list(tenant, filter, { limit: LOOKS, cursor });
      count += page.jobs.length;
      cursor = page.cursor;
    }
    return count;
  }

  /** Asks a running job to cancel, pause or resume. Throws job_not_active when it has ended. */
  async control(ref: JobRef, signal: ControlSignal, reason?: string): Promise<Job> {
    const { job } = await this.#find(ref);
    if (isTerminal(job.state)) {
      throw new DarkroomError(
        'job_not_active',
        `Job "${ref.id}" is ${job.state}; only a running job can be ${past[signal]}`,
        {
          details: { state: job.state },
        },
      );
    }
    await this.#parts.runtime.signal(ref, signal, reason);
    return this.#whenHeeded(ref, signal);
  }

  /** Waits a moment for a worker to act on a signal, so that the answer shows what was asked for. */
  async #whenHeeded(ref: JobRef, signal: ControlSignal): Promise<Job> {
    for (const deadline = Date.now() + HEED_MS; ; ) {
      const { job } = await this.#find(ref);
      const heeded = isTerminal(job.state) || (signal !== 'cancel' && job.paused === (signal === 'pause'));
      if (heeded || Date.now() > deadline) return job;
      await pause(50);
    }
  }

  /** The latest result of a job, which stays while a rerun is under way. Throws result_not_ready with the state in `details`. */
  async result(ref: JobRef): Promise<StoredResult> {
    const { job } = await this.#find(ref);
    const result = job.result && (await this.#parts.archive.result(ref, job.result.run));
    if (!result) {
      const state = isTerminal(job.state) ? `ended as ${job.state}` : `is ${job.state}`;
      throw new DarkroomError('result_not_ready', `Job "${ref.id}" ${state} and has no result`, {
        details: { state: job.state, error: job.error },
      });
    }
    return result;
  }

  /** What the job was asked to do. Throws job_not_found; job_not_rerunnable when that is no longer known. */
  async request(ref: JobRef): Promise<RequestView> {
    const { archive } = this.#parts;
    const { job } = await this.#find(ref);
    const runInput = await this.#orderOf(ref, job);
    const open = async (part: RunInput['callback'] | AssetChunk): Promise<JobInputs> => {
      const { assets = [], callback = null } =
        'sealed' in part ? await archive.unseal(ref, part) : { ...nothing, ...part };
      return { assets, callback };
    };
    const inputs: JobInputs[] = [];
    for (let at = 0, count = 0; at < runInput.chunks.length && count < SHOWN_ASSETS; at++) {
      const chunk = runInput.chunks[at];
      if (chunk) inputs.push(await open(chunk));
      count += chunk?.count ?? 0;
    }
    return toRequestView(runInput, inputs, (await open(runInput.callback)).callback);
  }

  /** One result file. Throws job_not_found, result_not_ready, file_not_found. */
  async file(ref: JobRef, path: string): Promise<OpenFile> {
    const { files } = await this.result(ref);
    const file = files.find(({ entry }) => entry.path === path);
    if (file) return file;
    throw new DarkroomError('file_not_found', `Job "${ref.id}" has no file "${path}"; see its list of files`);
  }

  /** Callbacks that were sent or are on their way, the earliest first. */
  async deliveries(ref: JobRef): Promise<Delivery[]> {
    await this.#find(ref);
    return this.#parts.archive.deliveries(ref);
  }

  /**
   * Delivers a callback again: at once, and when that fails, by the schedule. `which`: its id, or its place in the list
   * from 1. Throws delivery_not_found.
   */
  async redeliver(ref: JobRef, which: string): Promise<Delivery> {
    const { job } = await this.#find(ref);
    const deliveries = await this.#parts.archive.deliveries(ref);
    const delivery = deliveries.find(({ id }, index) => which === id || which === String(index + 1));
    if (!delivery) {
      const message = `Job "${ref.id}" has no delivery "${which}"; see its list of deliveries`;
      throw new DarkroomError('delivery_not_found', message);
    }
    await this.#parts.runtime.redeliver(await this.#orderOf(ref, job), job, delivery);
    return delivery;
  }

  /** Stops the job if it runs and erases all that is kept of it; only its id stays taken. */
  async delete(ref: JobRef): Promise<void> {
    const { archive, runtime } = this.#parts;
    // A deletion that was cut short is finished by the next one, which then finds no job.
    const buried = await archive.isDeleted(ref);
    const found = buried ? null : await this.#find(ref);
    const runs = found !== null && !isTerminal(found.job.state);
    // First, so that what still runs knows, and a deletion that is cut short can be finished.
    await archive.tombstone(ref, runs ? leftoversDeletion(ref, new Date()) : null);
    await runtime.remove(ref);
    await archive.erase(ref);
    if (buried) throw notFound(ref);
  }

  async #find(ref: JobRef): Promise<JobSnapshot> {
    const { runtime, archive } = this.#parts;
    const found = await runtime.get(ref).catch(async (error: unknown) => {
      const record = hasCode(error, 'temporal_unavailable')
        ? await archive.record(ref).catch(() => null)
        : null;
      if (record) return record;
      throw error;
    });
    const snapshot = found ?? (await archive.record(ref));
    if (!snapshot || (await this.#isGone(snapshot.job))) throw notFound(ref, snapshot?.job.expires_at);
    return snapshot;
  }

  /** Deleted or expired; the engine may know it for a while. Only jobs that have ended can be gone. */
  async #isGone(job: Job): Promise<boolean> {
    if (!isTerminal(job.state)) return false;
    return isExpired(job) || (await this.#parts.archive.isDeleted(job));
  }

  async #withoutGone(page: JobPage): Promise<JobPage> {
    const gone = await Promise.all(page.jobs.map((job) => this.#isGone(job)));
    return { ...page, jobs: page.jobs.filter((_, index) => !gone[index]) };
  }
}

function splitCursor(cursor: string | undefined): ['t' | 's', string | undefined] {
  if (!cursor) return ['t', undefined];
  if (!/^[ts]\./.test(cursor))
    throw invalid([{ pointer: '/cursor', detail: 'is not a cursor of this list' }]);
  return [cursor.startsWith('s') ? 's' : 't', cursor.slice(2) || undefined];
}

const notFound = ({ id }: JobRef, expiredAt?: string | null): DarkroomError =>
  new DarkroomError(
    'job_not_found',
    expiredAt ? `Job "${id}" was kept until ${expiredAt}` : `There is no job "${id}"`,
  );

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const nothing: JobInputs = { assets: [], callback: null };
