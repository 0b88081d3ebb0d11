/** Rows of benchmarks. */
import { hasProcessFigures } from './processes.ts';

/** One result of a benchmark. */
export interface Row {
  readonly label: string;
  readonly unit: string;
  readonly value: number;
  /** The value of the baseline in the same run; null if there is none. */
  readonly baseline: number | null;
}

/**
 * Creates a row.
 *
 * @throws RangeError when a value is no measurement: negative, infinite, or NaN where the system reports the figures of processes
 */
export function row(label: string, unit: string, value: number, baseline: number | null = null): Row {
  for (const figure of [value, baseline ?? 0]) {
    const isUntold = Number.isNaN(figure) && !hasProcessFigures;
    if (!isUntold && !(figure >= 0 && figure < Number.POSITIVE_INFINITY))
      throw new RangeError(`${label}: ${figure} ${unit}`);
  }
  return { label, unit, value, baseline };
}

/** Formats a line with label, value, baseline, and the ratio of value to baseline. */
export function formatRow({ label, unit, value, baseline }: Row): string {
  const line = `  ${label.padEnd(64)} ${formatNumber(value).padStart(9)} ${unit.padEnd(5)}`;
  if (baseline === null) return line.trimEnd();
  return `${line}  baseline ${formatNumber(baseline).padStart(9)}   ratio ${formatNumber(value / baseline)}`;
}

const formatNumber = (value: number): string =>
  !Number.isFinite(value) ? '–' : value.toFixed(Math.abs(value) < 1000 ? 2 : 0);
