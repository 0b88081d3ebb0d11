/**
 * Usage in the object store. A run that ends leaves an empty object whose name says all, so that nobody has to read, add
 * and write what others add to at the same time; days that are long over are added up by the retention.
 */
import type { Job } from '../jobs/model/job.ts';
import type { TerminalState } from '../jobs/model/states.ts';
import { added, dayOf, daysBetween, type UsageLedger, type UsageRow } from '../jobs/model/usage.ts';
import { readJson } from './json.ts';
import * as layout from './layout.ts';
import type { ObjectStore } from './object-store.ts';

/** A run that cannot record its end, because the store is away, does so later; after this long the day is taken to be complete. */
const COMPLETE_AFTER_MS = 7 * 24 * 60 * 60 * 1000;

/** Of a report, from a store that may be far away. */
const DAYS_AT_ONCE = 16;

/** Enters a run that has ended; doing so again changes nothing. */
export async function enterUsage(store: ObjectStore, job: Job): Promise<void> {
  if (!job.completed_at) return;
  const { id, tenant, run, operation, state, usage } = job;
  const words = [id, run, state, usage.bytes_in, usage.bytes_out, Math.round(usage.compute_seconds * 1000)];
  const day = layout.usageDay(job.completed_at.slice(0, 10), tenant);
  await store.put(`${day}${operation}/${words.join('~')}`, '');
}

function rowOf(day: string, key: string): UsageRow {
  const [, , , operation = '', words = ''] = key.split('/');
  const [, , state, bytesIn, bytesOut, computeMs] = words.split('~');
  const jobs = { completed: 0, failed: 0, cancelled: 0, [state as TerminalState]: 1 };
  const [bytes_in, bytes_out] = [Number(bytesIn), Number(bytesOut)];
  return { day, operation, jobs, bytes_in, bytes_out, compute_seconds: Number(computeMs) / 1000 };
}

export class StoredUsage implements UsageLedger {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  async rows(tenant: string, from: string, to: string): Promise<UsageRow[]> {
    const days = daysBetween(from, to);
    const rows: UsageRow[] = [];
    for (let at = 0; at < days.length; at += DAYS_AT_ONCE) {
      const some = days.slice(at, at + DAYS_AT_ONCE).map((day) => this.#day(day, tenant));
      rows.push(...(await Promise.all(some)).flat());
    }
    return rows;
  }

  async #day(day: string, tenant: string): Promise<UsageRow[]> {
    const sum = await readJson<UsageRow[]>(this.#store, layout.usageSum(day, tenant));
    return sum ?? this.#count(day, tenant);
  }

  async #count(day: string, tenant: string): Promise<UsageRow[]> {
    const rows = new Map<string, UsageRow>();
    for await (const { key } of this.#store.list(layout.usageDay(day, tenant))) {
      const row = rowOf(day, key);
      const sum = rows.get(row.operation);
      rows.set(row.operation, sum ? added(sum, row) : row);
    }
    return [...rows.values()].sort((a, b) => (a.operation < b.operation ? -1 : 1));
  }

  async sumUp(now: Date, signal: AbortSignal): Promise<number> {
    const complete = dayOf(new Date(now.getTime() - COMPLETE_AFTER_MS));
    let summed = 0;
    for (;;) {
      signal.throwIfAborted();
      const first = await this.#firstDay();
      if (!first || first.day >= complete) return summed;
      const { day, tenant } = first;
      const sum = layout.usageSum(day, tenant);
      const rows = await this.#count(day, tenant);
      // Another that does this at the same time, or was cut short, has written its sum before it deleted what it had counted.
      if (!(await this.#store.head(sum))) await this.#store.put(sum, JSON.stringify(rows));
      await this.#store.deleteAll(layout.usageDay(day, tenant));
      summed += 1;
    }
  }

  /** The first day and tenant of which there are single entries; days sort before the word `sums`. */
  async #firstDay(): Promise<{ day: string; tenant: string } | null> {
    for await (const { key } of this.#store.list(layout.usagePrefix)) {
      const [, day = '', tenant = ''] = key.split('/');
      return day === 'sums' ? null : { day, tenant };
    }
    return null;
  }
}
