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
