/** What has to be done now and then: what has had its time is erased, and what was left behind is found. */

import { isOutage } from '../../errors.ts';
import { computeExpiry } from '../model/expiry.ts';
import type { Job } from '../model/job.ts';
import type { JobRef } from '../model/run-input.ts';
import { jobDeletion, type ScheduledDeletion } from '../model/scheduled-deletion.ts';
import { isTerminal } from '../model/states.ts';
import type { UsageLedger } from '../model/usage.ts';
import type { JobArchive } from '../ports/job-archive.ts';
import type { JobRuntime } from '../ports/job-runtime.ts';
import { ownsWrites } from '../submit/staged-writes.ts';

export interface RetentionDependencies {
  readonly runtime: Pick<JobRuntime, 'get' | 'runInput' | 'remove' | 'endedOutside'>;
  readonly archive: JobArchive;
  readonly usage: UsageLedger;
}

/** How many of each. */
export interface RetentionReport {
  /** Requests whose uploads or sealed inputs were left: the API died, or Temporal was away. */
  readonly uploads: number;
  /** Jobs that were ended in Temporal itself, and have a record now. */
  readonly recorded: number;
  /** Jobs of which only what a client sees is kept from now on. */
  readonly work: number;
  /** Jobs that have expired. */
  readonly jobs: number;
  /** Days of tenants whose usage was added up. */
  readonly days: number;
  /** Of all these, what could not be done; it is tried again the next time. */
  readonly failed: number;
}

/** Hears of what could not be done. */
export type ReportFailure = (about: unknown, error: unknown) => void;

/** Requests that began so long ago are not under way any more. */
const ABANDONED_MS = 24 * 60 * 60 * 1000;

export class Retention {
  readonly #parts: RetentionDependencies;

  constructor(parts: RetentionDependencies) {
    this.#parts = parts;
  }

  /**
   * Done twice, or by two at once, it does the same as once. What cannot be done for one job is told, and keeps the others
   * from nothing; an outage ends it. Throws temporal_unavailable, store_unavailable.
   */
  async keep(now: Date, signal: AbortSignal, tell: ReportFailure): Promise<RetentionReport> {
    const { archive, runtime, usage } = this.#parts;
    let failed = 0;
    /** Counts those of which something was done. */
    const each = async <T>(all: AsyncIterable<T>, does: (one: T) => Promise<boolean>): Promise<number> => {
      let done = 0;
      for await (const one of all) {
        signal.throwIfAborted();
        try {
          if (await does(one)) done += 1;
        } catch (error) {
          if (isOutage(error)) throw error;
          failed += 1;
          tell(one, error);
        }
      }
      return done;
    };
    const abandoned = archive.abandoned(new Date(now.getTime() - ABANDONED_MS));
    const uploads = await each(abandoned, (one) => this.#sweep(one));
    const recorded = await each(runtime.endedOutside(), ({ job }) => this.#recordEnd(job));
    let jobs = 0;
    const erased = await each(archive.dueDeletions(now), async (due) => {
      const what = await this.#erase(due, now);
      if (what === 'job') jobs += 1;
      return what !== null;
    });
    const days = await usage.sumUp(now, signal);
    return { uploads, recorded, work: erased - jobs, jobs, days, failed };
  }

  /** Removes what a request left in the store, unless its job was made, or was given it. False: that cannot be told yet. */
  async #sweep({ ref, request }: { ref: JobRef; request: string }): Promise<boolean> {
    const { archive, runtime } = this.#parts;
    const [known, record] = [await runtime.get(ref), await archive.record(ref)];
    const latest = known && (await runtime.runInput(ref));
    if (known && !latest) return false;
    for (const runInput of [record?.runInput, latest]) {
      if (!runInput || !ownsWrites(runInput, request)) continue;
      await archive.commitRequest(ref, request);
      return true;
    }
    // Of what came while it waits for assets, the run input that it is recorded with tells.
    if (known && !isTerminal(known.job.state) && latest?.awaiting) return false;
    await archive.rollbackRequest(ref, request);
    return true;
  }

  /** Without a record a job would be gone once Temporal forgets it. */
  async #recordEnd(listed: Job): Promise<boolean> {
    const { archive, runtime } = this.#parts;
    // The list may be older than a rerun or a deletion; and it does not say why the job was ended.
    const snapshot = await runtime.get(listed);
    if (snapshot?.job.run !== listed.run || !isTerminal(snapshot.job.state)) return false;
    const { job } = snapshot;
    const record = await archive.record(job);
    if ((record?.job.run ?? 0) >= job.run || job.completed_at === null) return false;
    if (await archive.isDeleted(job)) return false;
    const runInput = await runtime.runInput(job);
    const expires_at = runInput && computeExpiry(job.completed_at, runInput.retention);
    await archive.saveRecord({ ...snapshot, job: { ...job, expires_at }, runInput });
    // Deleted meanwhile: what was written after the erasure is erased, too.
    if (await archive.isDeleted(job)) await archive.erase(job);
    return true;
  }

  /** What was erased; null: it was out of date, and something else decides. */
  async #erase(due: ScheduledDeletion, now: Date): Promise<ScheduledDeletion['what'] | null> {
    const { archive, runtime } = this.#parts;
    const { ref, run, what } = due;
    if (what === 'remains') return this.#eraseRemains(due);
    const [known, record] = [await runtime.get(ref), await archive.record(ref)];
    const isLatest = (known?.job.run ?? run) === run && record?.job.run === run;
    // A later run ends with an entry of its own; a deleted job has left nothing.
    if (!record || !isLatest || (known && !isTerminal(known.job.state))) {
      await archive.completeDeletion(due, null);
      return null;
    }
    const whole = jobDeletion(record);
    if (!whole || whole.at > now) {
      await archive.eraseWork(record, due.at);
      await archive.completeDeletion(due, whole);
      return 'work';
    }
    await archive.tombstone(ref, null);
    await runtime.remove(ref);
    await archive.erase(ref);
    await archive.completeDeletion(due, null);
    return 'job';
  }

  /** An upload that was under way may have written after all was erased; or the deletion was cut short. */
  async #eraseRemains(due: ScheduledDeletion): Promise<null> {
    const { archive, runtime } = this.#parts;
    const { ref } = due;
    if (await archive.isDeleted(ref)) {
      await runtime.remove(ref);
      await archive.erase(ref);
    }
    await archive.completeDeletion(due, null);
    return null;
  }
}
