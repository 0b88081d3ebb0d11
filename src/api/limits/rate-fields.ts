/** The response fields `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10). */
import type { Context } from 'hono';
import type { RateState } from '../../lib/rate-limit.ts';
import type { ApiEnv } from '../context.ts';

/**
 * Writes the limits of the request, and what is left of each. The limits of all clients show what others do, so they are
 * written only when they refuse.
 *
 * @param refused the limit that refused the request; null: none did
 */
export function writeRateFields(c: Context<ApiEnv>, refused: RateState | null): void {
  const own = c.var.taken.filter(({ scope }) => scope !== 'all').map(({ state }) => state);
  const shown = [...own, ...(refused ? [refused] : [])];
  if (shown.length === 0) return;
  const policies = shown.map(({ limit, max, seconds }) => `"${limit}";q=${max};w=${seconds}`);
  const states = shown.map(
    ({ limit, remaining, resetSeconds }) => `"${limit}";r=${remaining};t=${resetSeconds}`,
  );
  const write = (name: string, value: string) =>
    c.finalized ? c.res.headers.set(name, value) : c.header(name, value);
  write('ratelimit-policy', policies.join(', '));
  write('ratelimit', states.join(', '));
}
