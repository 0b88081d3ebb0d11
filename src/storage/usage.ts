/**
 * Usage of runs. Each run that ends writes an empty object whose key holds all figures: no writer has to read and update
 * a total that others update at the same time. Retention replaces the objects of old days by totals.
 */
import type { Job } from '../jobs/model/job.ts';
import type { TerminalState } from '../jobs/model/states.ts';
import { addUsage, daysBetween, toDay, type UsageLedger, type UsageRow } from '../jobs/model/usage.ts';
import { mapConcurrent } from '../lib/map-concurrent.ts';
import { READ_CONCURRENCY, readJson } from './json.ts';
import * as layout from './layout.ts';
import type { ObjectStore } from './object-store.ts';

/** A run that ends during an outage of the store is recorded later. After this long, a day is complete. */
const COMPLETE_AFTER_MS = 7 * 24 * 60 * 60 * 1000;

/** Separates the figures in a key. */
const SEPARATOR = '~';

/** Records the usage of a run that has ended. Idempotent. */
export async function recordUsage(store: ObjectStore, job: Job): Promise<void> {
  if (!job.completed_at) return;
  const { id, tenant, run, operation, state, usage } = job;
  const times = [usage.compute_seconds, usage.reused_seconds].map((seconds) => Math.round(seconds * 1000));
  const figures = [id, run, state, usage.bytes_in, usage.bytes_out, ...times].join(SEPARATOR);
  const prefix = layout.usageDayPrefix(job.completed_at.slice(0, 10), tenant);
  await store.put(`${prefix}${operation}/${figures}`, '');
}

/** Parses the key of a run's usage. */
function parseRow(day: string, key: string): UsageRow {
  const [, , , operation = '', figures = ''] = key.split('/');
  const [, , state, bytesIn, bytesOut, computeMs, reusedMs] = figures.split(SEPARATOR);
  const jobs = { completed: 0, failed: 0, cancelled: 0, [state as TerminalState]: 1 };
  const [bytes_in, bytes_out] = [Number(bytesIn), Number(bytesOut)];
  const [compute_seconds, reused_seconds] = [Number(computeMs) / 1000, Number(reusedMs) / 1000];
  return { day, operation, jobs, bytes_in, bytes_out, compute_seconds, reused_seconds };
}

export class StoredUsage implements UsageLedger {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  async rows(tenant: string, from: string, to: string): Promise<UsageRow[]> {
    const days = daysBetween(from, to);
    const rows = await mapConcurrent(days, { concurrency: READ_CONCURRENCY }, (day) =>
      this.#readDay(day, tenant),
    );
    return rows.flat();
  }

  async #readDay(day: string, tenant: string): Promise<UsageRow[]> {
    const totals = await readJson<UsageRow[]>(this.#store, layout.usageTotalKey(day, tenant));
    return totals ?? this.#addUp(day, tenant);
  }

  /** Totals of the runs of a day, by operation. */
  async #addUp(day: string, tenant: string): Promise<UsageRow[]> {
    const rows = new Map<string, UsageRow>();
    for await (const { key } of this.#store.list(layout.usageDayPrefix(day, tenant))) {
      const row = parseRow(day, key);
      const sum = rows.get(row.operation);
      rows.set(row.operation, sum ? addUsage(sum, row) : row);
    }
    return [...rows.values()].sort((a, b) => (a.operation < b.operation ? -1 : 1));
  }

  async sumUp(now: Date, signal: AbortSignal): Promise<number> {
    const complete = toDay(new Date(now.getTime() - COMPLETE_AFTER_MS));
    let summed = 0;
    for (;;) {
      signal.throwIfAborted();
      const first = await this.#firstDay();
      if (!first || first.day >= complete) return summed;
      const { day, tenant } = first;
      const totalKey = layout.usageTotalKey(day, tenant);
      const rows = await this.#addUp(day, tenant);
      // Totals that exist are right: a process that was interrupted here wrote them before it deleted anything.
      if (!(await this.#store.head(totalKey))) await this.#store.put(totalKey, JSON.stringify(rows));
      await this.#store.deleteAll(layout.usageDayPrefix(day, tenant));
      summed += 1;
    }
  }

  /** The first day and tenant with runs that are not added up. Days sort before the word `sums`. */
  async #firstDay(): Promise<{ day: string; tenant: string } | null> {
    for await (const { key } of this.#store.list(layout.usagePrefix)) {
      const [, day = '', tenant = ''] = key.split('/');
      return day === 'sums' ? null : { day, tenant };
    }
    return null;
  }
}
