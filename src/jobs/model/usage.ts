/** What jobs took, counted when they end, by day (UTC) and operation; kept when the jobs themselves are erased. */
import type { TerminalState } from './states.ts';

export interface UsageRow {
  /** Such as 2026-11-21. */
  readonly day: string;
  readonly operation: string;
  /** Runs that ended, by how. */
  readonly jobs: Readonly<Record<TerminalState, number>>;
  readonly bytes_in: number;
  readonly bytes_out: number;
  readonly compute_seconds: number;
}

/** Port: implemented in `src/storage/usage.ts`. Methods throw `store_unavailable`. */
export interface UsageLedger {
  /** In ascending order of days, both included, and of operations. */
  rows(tenant: string, from: string, to: string): Promise<UsageRow[]>;
  /** Adds up days that are long over, so that there is one object of each instead of one for each job. Returns how many. */
  sumUp(now: Date, signal: AbortSignal): Promise<number>;
}

/** The sum of rows of one operation and day. */
export function added(a: UsageRow, b: UsageRow): UsageRow {
  return {
    ...a,
    jobs: {
      completed: a.jobs.completed + b.jobs.completed,
      failed: a.jobs.failed + b.jobs.failed,
      cancelled: a.jobs.cancelled + b.jobs.cancelled,
    },
    bytes_in: a.bytes_in + b.bytes_in,
    bytes_out: a.bytes_out + b.bytes_out,
    compute_seconds: Math.round((a.compute_seconds + b.compute_seconds) * 1000) / 1000,
  };
}

const DAY_MS = 24 * 60 * 60 * 1000;

export const dayOf = (time: Date): string => time.toISOString().slice(0, 10);

/** Days in ascending order, both ends included. */
export function daysBetween(from: string, to: string): string[] {
  const days: string[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += DAY_MS) days.push(dayOf(new Date(at)));
  return days;
}
