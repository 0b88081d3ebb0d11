/** What a bench reports: a figure, and where there is one the same for the raw work. */

export interface Row {
  readonly what: string;
  readonly unit: string;
  readonly value: number;
  /** The same of the raw work, in the same run; null where there is nothing to compare with. */
  readonly baseline: number | null;
}

/** `baseline`: null where a figure stands alone. */
export const row = (what: string, unit: string, value: number, baseline: number | null = null): Row => ({
  what,
  unit,
  value,
  baseline,
});

/** As a line: what, the figure, the baseline, and how many times the baseline the figure is. */
export function formatRow({ what, unit, value, baseline }: Row): string {
  const figure = `  ${what.padEnd(64)} ${number(value).padStart(9)} ${unit.padEnd(5)}`;
  if (baseline === null) return figure.trimEnd();
  return `${figure}  baseline ${number(baseline).padStart(9)}   ratio ${number(value / baseline)}`;
}

const number = (value: number): string =>
  Number.isNaN(value) ? '–' : value.toFixed(Math.abs(value) < 1000 ? 2 : 0);
