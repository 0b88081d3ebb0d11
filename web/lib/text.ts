/** Numbers as people read them. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `<0.1 s`, `1.4 s`, `3 min 20 s`, `2 h 5 min`, `4 d 2 h`. */
export function durationText(ms: number): string {
  if (ms < 100) return '<0.1 s';
  if (ms < 10 * SECOND) return `${(ms / SECOND).toFixed(1)} s`;
  if (ms < MINUTE) return `${Math.round(ms / SECOND)} s`;
  if (ms < HOUR) return twoUnits(ms, MINUTE, 'min', SECOND, 's');
  if (ms < DAY) return twoUnits(ms, HOUR, 'h', MINUTE, 'min');
  return twoUnits(ms, DAY, 'd', HOUR, 'h');
}

function twoUnits(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const whole = Math.floor(ms / large);
  const rest = Math.floor((ms % large) / small);
  return rest === 0 ? `${whole} ${largeName}` : `${whole} ${largeName} ${rest} ${smallName}`;
}

/** `now`, `40 s ago`, `3 min ago`, `in 2 h`. */
export function ageText(then: number, now: number): string {
  const ms = Math.abs(now - then);
  if (ms < 2 * SECOND) return 'now';
  const [size, name] =
    ms < MINUTE
      ? [SECOND, 's']
      : ms < HOUR
        ? [MINUTE, 'min']
        : ms < DAY
          ? [HOUR, 'h']
          : ([DAY, 'd'] as const);
  const text = `${Math.floor(ms / size)} ${name}`;
  return then > now ? `in ${text}` : `${text} ago`;
}

const units = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** `812 B`, `9.8 KB`, `3.2 GB`; powers of 1000, as disks are sold. */
export function bytesText(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${unit === 0 || size >= 99.5 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`;
}

export const countText = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
