/** Rates as they stand in the environment. */
import type { Rate } from '../rate-limit.ts';

const units = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Continues "must be …". */
export const RATE_RULE = 'NUMBER/UNIT with the unit s, m, h or d, such as 300/m';

/** Parses `300/m`: 300 in each minute. Returns null for other text. */
export function parseRate(text: string): Rate | null {
  const [, max, unit] = /^([1-9]\d{0,11})\/([smhd])$/.exec(text) ?? [];
  return max === undefined ? null : { max: Number(max), seconds: units[unit as keyof typeof units] };
}
