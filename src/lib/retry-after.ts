/** The HTTP header Retry-After (RFC 9110, section 10.2.3). Runs in browsers too. */

/**
 * Returns the milliseconds that a Retry-After value asks to wait, never less than 0; null when it is absent or invalid.
 *
 * @param value A number of seconds or an HTTP date.
 */
export function parseRetryAfter(value: string | null | undefined): number | null {
  if (value === null || value === undefined) return null;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

/** Returns the header, to spread into those of a response. */
export const retryAfter = (seconds: number): { 'retry-after': string } => ({
  'retry-after': String(seconds),
});
