/** Sizes, durations and ages as text, in one form for the CLI and the console. Runs in browsers too. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
export const HOUR_MS = 60 * MINUTE;
export const DAY_MS = 24 * HOUR_MS;

/**
 * Formats milliseconds in one or two units.
 *
 * @example
 * formatDuration(1240); // 1.2 s
 * formatDuration(200_000); // 3 min 20 s
 */
export function formatDuration(ms: number): string {
  const exact = Math.max(0, ms);
  if (exact < 10 * SECOND) return `${(exact / SECOND).toFixed(1)} s`;
  const rounded = Math.round(exact / SECOND) * SECOND;
  if (rounded < MINUTE) return `${rounded / SECOND} s`;
  if (rounded < HOUR_MS) return formatTwoUnits(rounded, [MINUTE, 'min'], [SECOND, 's']);
  return rounded < DAY_MS
    ? formatTwoUnits(rounded, [HOUR_MS, 'h'], [MINUTE, 'min'])
    : formatTwoUnits(rounded, [DAY_MS, 'd'], [HOUR_MS, 'h']);
}

type Unit = readonly [ms: number, name: string];

function formatTwoUnits(ms: number, [large, largeName]: Unit, [small, smallName]: Unit): string {
  const rest = Math.floor((ms % large) / small);
  return `${Math.floor(ms / large)} ${largeName}${rest === 0 ? '' : ` ${rest} ${smallName}`}`;
}

/**
 * Formats the distance of a time from now in one unit: `just now`, `40 s ago`, `3 min ago`, `in 2 h`.
 *
 * @param time Epoch, ms.
 * @param now Epoch, ms.
 */
export function formatAge(time: number, now = Date.now()): string {
  const distance = Math.abs(now - time);
  if (distance < SECOND) return 'just now';
  const units: readonly Unit[] = [
    [DAY_MS, 'd'],
    [HOUR_MS, 'h'],
    [MINUTE, 'min'],
  ];
  const [ms, name] = units.find(([unit]) => distance >= unit) ?? [SECOND, 's'];
  const text = `${Math.floor(distance / ms)} ${name}`;
  return time > now ? `in ${text}` : `${text} ago`;
}

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Formats bytes in powers of 1000: `812 B`, `9.8 kB`, `3.2 GB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${byteUnits[unit]}`;
}
