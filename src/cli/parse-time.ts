/** Times on the command line: dates, and distances from now such as 30m, 2h or 7d. */

const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/**
 * Parses a date or a distance from now; null when the text is neither.
 *
 * @param direction Whether a distance leads to the past or to the future.
 * @param now Epoch, ms.
 */
export function parseTime(text: string, direction: 'past' | 'future', now = Date.now()): Date | null {
  const [, count, unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const distance = Number(count) * (seconds[unit] ?? 0) * 1000;
  const time = new Date(
    count === undefined ? Date.parse(text) : direction === 'past' ? now - distance : now + distance,
  );
  return Number.isNaN(time.getTime()) ? null : time;
}
