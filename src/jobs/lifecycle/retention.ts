/** Deletes expired jobs and what interrupted requests left in the store. */
import { isOutage } from '../../errors.ts';
import { TtlCache } from '../../lib/ttl-cache.ts';
import { DAY_MS } from '../../lib/units.ts';
import type { Job } from '../model/job.ts';
import type { JobRef, RunInput } from '../model/run-input.ts';
import { jobDeletion, type ScheduledDeletion } from '../model/scheduled-deletion.ts';
import { isTerminal } from '../model/states.ts';
import { toCallbackEvent } from '../model/timeline.ts';
import type { UsageLedger } from '../model/usage.ts';
import type { JobArchive } from '../ports/job-archive.ts';
import type { JobRuntime, JobSnapshot } from '../ports/job-runtime.ts';
import type { AbandonedUpload, OpenUploads, UploadAborter } from '../ports/open-uploads.ts';
import type { ReusableResults } from '../ports/reusable-results.ts';
import { ownsWrites } from '../submit/staged-writes.ts';

export interface RetentionDependencies {
  readonly runtime: Pick<JobRuntime, 'get' | 'runInput' | 'remove' | 'endedOutside' | 'deliver'>;
  readonly archive: JobArchive;
  readonly usage: UsageLedger;
  readonly openUploads: Pick<OpenUploads, 'before'>;
  readonly buckets: UploadAborter;
  readonly reusable: Pick<ReusableResults, 'sweep'>;
  /** Milliseconds for which results are reused. */
  readonly reuseMs: number;
  /** Results that are remembered. */
  readonly reuseEntries: number;
}

/** Numbers of items that one execution handled. */
export interface RetentionReport {
  /** Interrupted requests whose uploads and sealed inputs were settled. */
  readonly uploads: number;
  /** Multipart uploads of exports that had not completed, and were aborted. */
  readonly exports: number;
  /** Jobs that ended in Temporal itself and now have a record. */
  readonly recorded: number;
  /** Jobs whose downloaded assets and checkpoints were deleted. */
  readonly work: number;
  /** Expired jobs that were deleted. */
  readonly jobs: number;
  /** Results that are no longer reused. */
  readonly reusable: number;
  /** Days whose usage was combined into one object. */
  readonly days: number;
  /** Items that failed. The next execution tries them again. */
  readonly failed: number;
}

/** Receives the item that failed, and why. */
export type ReportFailure = (item: unknown, error: unknown) => void;

/** Requests older than this are not active any more. */
const ABANDONED_MS = DAY_MS;

/** For so long it is tried to abort an upload. */
const ABORT_MS = 7 * DAY_MS;

/** Milliseconds for which it is known that the end of a job is recorded, and how many such jobs. */
const RECORDED_MS = 30 * 60 * 1000;
const MAX_RECORDED = 10_000;

export class Retention {
  readonly #dependencies: RetentionDependencies;
  readonly #recorded = new TtlCache<boolean>(RECORDED_MS, MAX_RECORDED);

  constructor(dependencies: RetentionDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Executes all deletions that are due. It is idempotent, also when two processes execute it at once. A failure of one item is
   * reported and does not stop the others; an outage does.
   *
   * @throws temporal_unavailable, store_unavailable
   */
  async execute(now: Date, signal: AbortSignal, report: ReportFailure): Promise<RetentionReport> {
    const { archive, runtime, usage, openUploads, reusable, reuseMs, reuseEntries } = this.#dependencies;
    let failed = 0;
    const forEach = <Item>(items: AsyncIterable<Item>, handle: (item: Item) => Promise<boolean>) =>
      countHandled(items, signal, handle, (item, error) => {
        failed += 1;
        report(item, error);
      });
    const horizon = new Date(now.getTime() - ABANDONED_MS);
    const uploads = await forEach(archive.abandoned(horizon), (request) => this.#settleRequest(request));
    const exports = await forEach(openUploads.before(horizon), (upload) => this.#abortUpload(upload, now));
    const recorded = await forEach(runtime.endedOutside(), ({ job }) => this.#recordEnd(job));
    let jobs = 0;
    const erased = await forEach(archive.dueDeletions(now), async (deletion) => {
      const what = await this.#execute(deletion, now);
      if (what === 'job') jobs += 1;
      return what !== null;
    });
    const outdated = await reusable.sweep(new Date(now.getTime() - reuseMs), reuseEntries, signal);
    const days = await usage.sumUp(now, signal);
    return { uploads, exports, recorded, work: erased - jobs, jobs, reusable: outdated, days, failed };
  }

  /**
   * Records the jobs that ended in Temporal itself since then, and calls their clients back. Returns their number, without those of an
   * earlier call.
   *
   * @throws temporal_unavailable, store_unavailable
   */
  recordEnds(since: Date, signal: AbortSignal, report: ReportFailure): Promise<number> {
    const ended = this.#dependencies.runtime.endedOutside(since);
    return countHandled(
      ended,
      signal,
      async ({ job }) => {
        let isNew = false;
        const isRecorded = await this.#recorded.get(`${job.tenant}/${job.id}/${job.run}`, () => {
          isNew = true;
          return this.#recordEnd(job);
        });
        return isNew && isRecorded;
      },
      report,
    );
  }

  /** Aborts an upload whose export has ended, or was killed. If that fails for a week, the upload is forgotten. */
  async #abortUpload({ upload, at, forget }: AbandonedUpload, now: Date): Promise<boolean> {
    try {
      await this.#dependencies.buckets.abortUpload(upload);
    } catch (error) {
      if (now.getTime() - at.getTime() > ABORT_MS) await forget();
      throw error;
    }
    await forget();
    return true;
  }

  /** Commits an interrupted request if its job refers to its writes, else rolls it back. Returns false: not decidable yet. */
  async #settleRequest({ ref, request }: { ref: JobRef; request: string }): Promise<boolean> {
    const { archive, runtime } = this.#dependencies;
    const [known, record] = [await runtime.get(ref), await archive.record(ref)];
    const latest = known && (await runtime.runInput(ref));
    if (known && !latest) return false;
    for (const runInput of [record?.runInput, latest]) {
      if (!runInput || !ownsWrites(runInput, request)) continue;
      await archive.commitRequest(ref, request);
      return true;
    }
    // Assets added while a job waits are in the run input of its record, which it writes at its end.
    if (known && !isTerminal(known.job.state) && latest?.awaiting) return false;
    await archive.rollbackRequest(ref, request);
    return true;
  }

  /** Writes the record of a job that Temporal terminated: without one, nothing would show the job after Temporal drops it. */
  async #recordEnd(listed: Job): Promise<boolean> {
    const { archive, runtime } = this.#dependencies;
    // The list may be older than a rerun or a deletion, and it does not show why the job ended.
    const snapshot = await runtime.get(listed);
    if (snapshot?.job.run !== listed.run || !isTerminal(snapshot.job.state)) return false;
    const { job } = snapshot;
    const record = await archive.record(job);
    if ((record?.job.run ?? 0) >= job.run || job.completed_at === null) return false;
    if (await archive.isDeleted(job)) return false;
    const runInput = await runtime.runInput(job);
    // Before the record, by which the next execution knows that nothing is left to do.
    if (runInput) await this.#callBack(runInput, snapshot);
    await archive.saveRecord({ ...snapshot, runInput });
    // A deletion may have finished before the record was written.
    if (await archive.isDeleted(job)) await archive.erase(job);
    return true;
  }

  /** Calls back the client of a job that could not do so itself. */
  async #callBack(runInput: RunInput, { job, timeline }: JobSnapshot): Promise<void> {
    const now = timeline.at(-1);
    const event = now && toCallbackEvent(now, timeline.at(-2));
    if (!event || !runInput.callbackEvents.includes(event)) return;
    const { seq, at: occurred_at } = now;
    await this.#dependencies.runtime.deliver(runInput, job, { event, run: job.run, seq, occurred_at });
  }

  /** Returns what was deleted; null: the deletion was outdated, and a later one applies. */
  async #execute(deletion: ScheduledDeletion, now: Date): Promise<ScheduledDeletion['what'] | null> {
    const { archive, runtime } = this.#dependencies;
    const { ref, run, what } = deletion;
    if (what === 'remains') return this.#eraseRemains(deletion);
    const [known, record] = [await runtime.get(ref), await archive.record(ref)];
    const isLatest = (known?.job.run ?? run) === run && record?.job.run === run;
    // A later run schedules its own deletion. A deleted job has nothing left.
    if (!record || !isLatest || (known && !isTerminal(known.job.state))) {
      await archive.completeDeletion(deletion, null);
      return null;
    }
    const ofJob = jobDeletion(record);
    if (!ofJob || ofJob.at > now) {
      await archive.eraseWork(record, deletion.at);
      await archive.completeDeletion(deletion, ofJob);
      return 'work';
    }
    // A refused job never ran, and nobody could choose its id.
    if (record.runInput) {
      await archive.tombstone(ref, null);
      await runtime.remove(ref);
    }
    await archive.erase(ref);
    await archive.completeDeletion(deletion, null);
    return 'job';
  }

  /** Erases a deleted job again: an upload or an activity may have written afterwards, or the deletion was interrupted. */
  async #eraseRemains(deletion: ScheduledDeletion): Promise<null> {
    const { archive, runtime } = this.#dependencies;
    const { ref } = deletion;
    if (await archive.isDeleted(ref)) {
      await runtime.remove(ref);
      await archive.erase(ref);
    }
    await archive.completeDeletion(deletion, null);
    return null;
  }
}

/** Handles each item. Returns how many of them needed it. A failure of one is reported; an outage is thrown. */
async function countHandled<Item>(
  items: AsyncIterable<Item>,
  signal: AbortSignal,
  handle: (item: Item) => Promise<boolean>,
  report: ReportFailure,
): Promise<number> {
  let handled = 0;
  for await (const item of items) {
    signal.throwIfAborted();
    try {
      if (await handle(item)) handled += 1;
    } catch (error) {
      if (isOutage(error)) throw error;
      report(item, error);
    }
  }
  return handled;
}
