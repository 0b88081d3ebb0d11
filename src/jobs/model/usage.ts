/** Usage of ended runs by day (UTC) and operation. It outlives the jobs. */
import { DAY_MS } from '../../lib/units.ts';
import type { TerminalState } from './states.ts';

export interface UsageRow {
  /** Such as 2026-11-21. */
  readonly day: string;
  readonly operation: string;
  /** Ended runs by final state. */
  readonly jobs: Readonly<Record<TerminalState, number>>;
  readonly bytes_in: number;
  readonly bytes_out: number;
  readonly compute_seconds: number;
  readonly reused_seconds: number;
}

/** Port: implemented in `src/storage/usage.ts`. Methods throw `store_unavailable`. */
export interface UsageLedger {
  /** Returns rows in ascending order of day, then operation. Both days are included. */
  rows(tenant: string, from: string, to: string): Promise<UsageRow[]>;
  /** Combines the objects of each past day into one. Returns the number of days combined. */
  sumUp(now: Date, signal: AbortSignal): Promise<number>;
}

/** Adds two rows of one operation and day. */
export function addUsage(a: UsageRow, b: UsageRow): UsageRow {
  return {
    ...a,
    jobs: {
      completed: a.jobs.completed + b.jobs.completed,
      failed: a.jobs.failed + b.jobs.failed,
      cancelled: a.jobs.cancelled + b.jobs.cancelled,
    },
    bytes_in: a.bytes_in + b.bytes_in,
    bytes_out: a.bytes_out + b.bytes_out,
    compute_seconds: addSeconds(a.compute_seconds, b.compute_seconds),
    reused_seconds: addSeconds(a.reused_seconds, b.reused_seconds),
  };
}

/** Keeps milliseconds. */
const addSeconds = (a: number, b: number): number => Math.round((a + b) * 1000) / 1000;

export const toDay = (time: Date): string => time.toISOString().slice(0, 10);

/** Returns the days from `from` to `to`, both included, in ascending order. */
export function daysBetween(from: string, to: string): string[] {
  const days: string[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += DAY_MS) days.push(toDay(new Date(at)));
  return days;
}
