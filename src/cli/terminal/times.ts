/** Times, durations and sizes as people say them. */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "12 s", "3 min 20 s", "2 h 5 min", "4 d 3 h". */
export function duration(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < MINUTE) return `${whole} s`;
  if (whole < HOUR) return parts(whole, MINUTE, 'min', 1, 's');
  return whole < DAY ? parts(whole, HOUR, 'h', MINUTE, 'min') : parts(whole, DAY, 'd', HOUR, 'h');
}

function parts(seconds: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((seconds % large) / small);
  return `${Math.floor(seconds / large)} ${largeName}${rest === 0 ? '' : ` ${rest} ${smallName}`}`;
}

/** "5 s ago", "3 min ago", "2 h ago", "4 d ago". */
export function ago(time: string, now = Date.now()): string {
  const seconds = Math.floor((now - Date.parse(time)) / 1000);
  if (seconds < 1) return 'just now';
  if (seconds < MINUTE) return `${seconds} s ago`;
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min ago`;
  return seconds < DAY ? `${Math.floor(seconds / HOUR)} h ago` : `${Math.floor(seconds / DAY)} d ago`;
}

/** "17 B", "9.7 kB", "1.2 GB". */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}

const spans: Readonly<Record<string, number>> = { s: 1, m: MINUTE, h: HOUR, d: DAY };

/** A date, or a time before now such as 30m, 2h or 7d; null of anything else. */
export const timeOf = (text: string, now = Date.now()): Date | null => timeFrom(text, now, -1);

/** A date, or a time from now such as 12h or 90d; null of anything else. */
export const timeAhead = (text: string, now = Date.now()): Date | null => timeFrom(text, now, 1);

function timeFrom(text: string, now: number, direction: 1 | -1): Date | null {
  const [, count, unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const span = direction * Number(count) * (spans[unit] ?? 0) * 1000;
  const time = new Date(count === undefined ? Date.parse(text) : now + span);
  return Number.isNaN(time.getTime()) ? null : time;
}
