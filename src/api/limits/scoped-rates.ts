/** A rate in each scope. Counts in the memory of this process. */
import { type Rate, RateLimit, type RateState } from '../../lib/rate-limit.ts';
import { type Caller, describeSubject, findLimit } from './caller.ts';
import type { LimitScope, ScopedLimits } from './settings.ts';

interface Unit {
  /** What is counted, such as `requests`: the second word of names such as `tenant-requests`. */
  readonly name: string;
  /** Such as "send 10 requests". */
  readonly describe: (max: number) => string;
  readonly setting: string;
}

/** A unit that was counted. */
export interface Taken {
  readonly scope: LimitScope;
  readonly state: RateState;
  readonly giveBack: () => void;
}

export class ScopedRates {
  readonly #rates: ScopedLimits<Rate>;
  readonly #unit: Unit;
  readonly #limits = new Map<string, RateLimit>();

  constructor(rates: ScopedLimits<Rate>, unit: Unit) {
    this.#rates = rates;
    this.#unit = unit;
  }

  /**
   * Counts units in each scope that has a limit. What it has counted before an error stays counted: call `giveBack`.
   *
   * @throws rate_limited; payload_too_large if a limit is below `units`
   */
  async *take(scopes: readonly LimitScope[], caller: Caller, units = 1): AsyncGenerator<Taken> {
    for (const scope of scopes) {
      const subject = caller[scope];
      const limit = subject === null ? null : this.#find(scope, subject);
      if (subject === null || !limit) continue;
      yield {
        scope,
        state: await limit.take(subject, units),
        giveBack: () => limit.giveBack(subject, units),
      };
    }
  }

  #find(scope: LimitScope, subject: string): RateLimit | null {
    const found = findLimit(this.#rates, scope, subject);
    if (!found) return null;
    const { describe, name, setting } = this.#unit;
    const limit =
      this.#limits.get(found.key) ??
      new RateLimit(found.limit, {
        limit: `${scope}-${name}`,
        describe: (each, max) => `${describeSubject(scope, each)} may ${describe(max)}`,
        setting,
      });
    this.#limits.set(found.key, limit);
    return limit;
  }
}
