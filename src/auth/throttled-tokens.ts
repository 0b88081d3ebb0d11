/** Bounds how often a client may present tokens that are invalid: each costs the verification of a signature. */
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { hasCode } from '../errors.ts';
import type { LoginThrottle } from './login-throttle.ts';

/** Tokens that are remembered as valid. */
const MAX_TOKENS = 10_000;

/** Verifies the token of a client. */
type VerifyToken<Claims> = (token: string, address: string | null) => Promise<Claims>;

/**
 * Counts tokens that fail with `unauthenticated`. A token that was valid before is verified at any time and does not count.
 * Concurrent requests of an address with the same token share one verification.
 *
 * @returns a function that throws what `verify` throws, and rate_limited before it calls `verify`
 */
export function throttleTokens<Claims>(
  throttle: LoginThrottle,
  verify: (token: string) => Promise<Claims>,
): VerifyToken<Claims> {
  /** Digests, so that the memory holds no credentials. */
  const known = new LRUCache<string, true>({ max: MAX_TOKENS });
  const pending = new Map<string, Promise<Claims>>();
  const check = async (token: string, id: string, address: string | null): Promise<Claims> => {
    const giveBack = known.has(id) ? null : await throttle.begin(address);
    try {
      const claims = await verify(token);
      known.set(id, true);
      giveBack?.();
      return claims;
    } catch (error) {
      if (hasCode(error, 'unauthenticated')) known.delete(id);
      else giveBack?.();
      throw error;
    }
  };
  return (token, address) => {
    const id = createHash('sha256').update(token).digest('base64');
    const key = `${address} ${id}`;
    const shared = pending.get(key);
    if (shared) return shared;
    const checked = check(token, id, address).finally(() => pending.delete(key));
    pending.set(key, checked);
    return checked;
  };
}
