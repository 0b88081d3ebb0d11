import { UsageError } from './exit-code.ts';

const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/**
 * Parses a date, or a time relative to now such as 30m, 2h or 7d. Returns null if the text is neither.
 *
 * @param direction direction of a relative time
 * @param now epoch, ms
 */
export function parseTime(text: string, direction: 'past' | 'future', now = Date.now()): Date | null {
  const [, count, unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const offset = Number(count) * (seconds[unit] ?? 0) * (direction === 'past' ? -1000 : 1000);
  const time = new Date(count === undefined ? Date.parse(text) : now + offset);
  return Number.isNaN(time.getTime()) ? null : time;
}

/**
 * Reads the time of an option.
 *
 * @param examples Relative times for the error, such as "12h, 90d"
 * @throws UsageError if it is no time, or not in the future where it must be
 */
export function readTime(option: string, text: string, direction: 'past' | 'future', examples: string): Date {
  const time = parseTime(text, direction);
  if (time && (direction === 'past' || time.getTime() > Date.now())) return time;
  const date = direction === 'past' ? 'a date' : 'a future date';
  throw new UsageError(`${option} ${text}: must be ${examples}, or ${date} such as 2027-06-30`);
}
