/**
 * Bounds how often a client may fail to log in: an unknown key costs a read of the store, an invalid token the verification of a
 * signature.
 */
import { type Rate, RateLimit } from '../lib/rate-limit.ts';

export interface LoginThrottle {
  /**
   * Counts an attempt before it is checked.
   *
   * @param address of the client; null: unknown, and not counted
   * @returns a function to call if the attempt succeeds, after which it does not count
   * @throws rate_limited
   */
  begin(address: string | null): Promise<() => void>;
}

export const unlimitedLogins: LoginThrottle = { begin: async () => () => undefined };

export function createLoginThrottle(rate: Rate): LoginThrottle {
  const attempts = new RateLimit(rate, {
    limit: 'address-logins',
    describe: (_, max) => `A client address may fail to log in ${max} times`,
    setting: 'DARKROOM_LOGIN_LIMIT',
  });
  return {
    begin: async (address) => {
      if (address === null) return () => undefined;
      await attempts.take(address);
      return () => attempts.giveBack(address);
    },
  };
}
