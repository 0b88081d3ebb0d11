/** Sums of usage for the charts. */
import type { UsageReport } from '../../src/client/client.ts';

type Row = UsageReport['usage'][number];

/** What a chart shows. */
export type Measure = 'jobs' | 'compute_seconds' | 'bytes_in' | 'bytes_out';

export interface Column {
  /** Such as 2026-11-21. */
  readonly day: string;
  /** Operation → amount. */
  readonly amounts: ReadonlyMap<string, number>;
  readonly total: number;
}

const amountOf = ({ jobs, ...row }: Row, measure: Measure): number =>
  measure === 'jobs' ? jobs.completed + jobs.failed + jobs.cancelled : row[measure];

/** Returns a column for each day from `from` to `to`, both included; days without jobs are empty. */
export function sumByDay({ from, to, usage }: UsageReport, measure: Measure): readonly Column[] {
  const days = new Map<string, Map<string, number>>();
  for (let at = Date.parse(from); at <= Date.parse(to); at += 86_400_000)
    days.set(new Date(at).toISOString().slice(0, 10), new Map());
  for (const row of usage) {
    const amounts = days.get(row.day);
    amounts?.set(row.operation, (amounts.get(row.operation) ?? 0) + amountOf(row, measure));
  }
  return [...days].map(([day, amounts]) => ({
    day,
    amounts,
    total: [...amounts.values()].reduce((sum, amount) => sum + amount, 0),
  }));
}

export interface OperationSum {
  readonly operation: string;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly compute_seconds: number;
  readonly bytes_in: number;
  readonly bytes_out: number;
}

/** Returns a row for each operation, that with the most computing time first. */
export function sumByOperation({ usage }: UsageReport): readonly OperationSum[] {
  const sums = new Map<string, OperationSum>();
  for (const { operation, jobs, compute_seconds, bytes_in, bytes_out } of usage) {
    const before = sums.get(operation);
    sums.set(operation, {
      operation,
      completed: (before?.completed ?? 0) + jobs.completed,
      failed: (before?.failed ?? 0) + jobs.failed,
      cancelled: (before?.cancelled ?? 0) + jobs.cancelled,
      compute_seconds: (before?.compute_seconds ?? 0) + compute_seconds,
      bytes_in: (before?.bytes_in ?? 0) + bytes_in,
      bytes_out: (before?.bytes_out ?? 0) + bytes_out,
    });
  }
  return [...sums.values()].sort((one, other) => other.compute_seconds - one.compute_seconds);
}
