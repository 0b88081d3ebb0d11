/** What has to be done now and then: what has had its time is erased, and what was left behind is found. */
import type { JobArchive } from './archive.ts';
import { type Due, expiryOf, jobDue } from './due.ts';
import type { JobEngine, JobSnapshot } from './engine.ts';
import { isTerminal } from './states.ts';
import type { UsageLedger } from './usage.ts';

export interface HousekeepingParts {
  readonly engine: Pick<JobEngine, 'get' | 'order' | 'remove' | 'endedOutside'>;
  readonly archive: JobArchive;
  readonly usage: UsageLedger;
}

/** How many of each. */
export interface Housekept {
  /** Requests whose uploads were left by an API that died. */
  readonly uploads: number;
  /** Jobs that were ended in Temporal itself, and have a record now. */
  readonly recorded: number;
  /** Jobs of which only what a client sees is kept from now on. */
  readonly work: number;
  /** Jobs that have expired. */
  readonly jobs: number;
  /** Days of tenants whose usage was added up. */
  readonly days: number;
}

/** Uploads that began so long ago are not under way any more. */
const ABANDONED_MS = 24 * 60 * 60 * 1000;

export class Housekeeping {
  readonly #parts: HousekeepingParts;

  constructor(parts: HousekeepingParts) {
    this.#parts = parts;
  }

  /** Done twice, or by two at once, it does the same as once. Throws temporal_unavailable, store_unavailable. */
  async keep(now: Date, signal: AbortSignal): Promise<Housekept> {
    const uploads = await this.#sweepUploads(new Date(now.getTime() - ABANDONED_MS), signal);
    const recorded = await this.#recordEnds(signal);
    const erased = { work: 0, job: 0 };
    for await (const due of this.#parts.archive.due(now)) {
      signal.throwIfAborted();
      const what = await this.#erase(due, now);
      if (what) erased[what] += 1;
    }
    const days = await this.#parts.usage.sumUp(now, signal);
    return { uploads, recorded, work: erased.work, jobs: erased.job, days };
  }

  /** Removes uploads of requests whose process died, if no job was made of them. */
  async #sweepUploads(before: Date, signal: AbortSignal): Promise<number> {
    const { archive, engine } = this.#parts;
    let swept = 0;
    for await (const { ref, request } of archive.abandoned(before)) {
      signal.throwIfAborted();
      const known = (await engine.get(ref)) ?? (await archive.record(ref));
      if (known) await archive.keepUploads(ref, request);
      else await archive.discardUploads(ref, request);
      swept += 1;
    }
    return swept;
  }

  /** Without a record a job would be gone once Temporal forgets it. */
  async #recordEnds(signal: AbortSignal): Promise<number> {
    const { archive, engine } = this.#parts;
    let recorded = 0;
    for (const { job } of await engine.endedOutside()) {
      signal.throwIfAborted();
      // The list may be older than a rerun or a deletion; and it does not say why the job was ended.
      const snapshot = await engine.get(job);
      if (snapshot?.job.run !== job.run || !isTerminal(snapshot.job.state)) continue;
      const record = await archive.record(job);
      if ((record?.job.run ?? 0) >= job.run || (await archive.isDeleted(job))) continue;
      await this.#record(snapshot);
      recorded += 1;
    }
    return recorded;
  }

  async #record(snapshot: JobSnapshot): Promise<void> {
    const { archive, engine } = this.#parts;
    const { job } = snapshot;
    if (job.completed_at === null) return;
    const order = await engine.order(job);
    const expires_at = expiryOf(job.completed_at, order?.keeping);
    await archive.end({ ...snapshot, job: { ...job, expires_at }, order });
  }

  /** What was erased; null: it was out of date, and something else decides. */
  async #erase(due: Due, now: Date): Promise<Due['what'] | null> {
    const { archive, engine } = this.#parts;
    const { ref, run } = due;
    const [known, record] = [await engine.get(ref), await archive.record(ref)];
    const isLatest = (known?.job.run ?? run) === run && record?.job.run === run;
    // A later run ends with an entry of its own; a deleted job has left nothing.
    if (!record || !isLatest || (known && !isTerminal(known.job.state))) {
      await archive.settle(due, null);
      return null;
    }
    const whole = jobDue(record);
    if (!whole || whole.at > now) {
      await archive.eraseWork(record);
      await archive.settle(due, whole);
      return 'work';
    }
    await archive.bury(ref);
    await engine.remove(ref);
    await archive.erase(ref);
    await archive.settle(due, null);
    return 'job';
  }
}
