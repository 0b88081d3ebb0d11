/** Limits how many assets clients submit, in each scope. Counts in the memory of this process. */
import { tryGetContext } from 'hono/context-storage';
import { type Rate, refusedRate } from '../../lib/rate-limit.ts';
import type { ApiEnv } from '../context.ts';
import { writeRateFields } from './rate-fields.ts';
import { readCaller } from './read-caller.ts';
import { ScopedRates } from './scoped-rates.ts';
import { limitScopes, type ScopedLimits } from './settings.ts';

/**
 * Returns a function that counts the assets of a request for its caller. The caller is that of the request which is being
 * answered: submissions know tenants, and neither keys nor addresses.
 *
 * It throws rate_limited; payload_too_large if a limit is below the assets of this request alone.
 */
export function limitAssets(limits: ScopedLimits<Rate>): (assets: number) => Promise<void> {
  const rates = new ScopedRates(limits, {
    name: 'assets',
    describe: (max) => `submit ${max} assets`,
    setting: 'DARKROOM_ASSET_LIMITS',
  });
  return async (assets) => {
    const c = tryGetContext<ApiEnv>();
    if (!c || assets === 0) return;
    try {
      for await (const taken of rates.take(limitScopes, readCaller(c), assets)) c.var.taken.push(taken);
    } catch (error) {
      for (const { giveBack } of c.var.taken) giveBack();
      writeRateFields(c, refusedRate(error));
      throw error;
    }
  };
}
