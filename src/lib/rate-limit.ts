/** Rate limits: so many units in a window of time, for each subject. They count in the memory of this process. */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { DarkroomError, hasCode } from '../errors.ts';

export interface Rate {
  /** Units in a window. */
  readonly max: number;
  /** Length of the window. It starts with the first unit. */
  readonly seconds: number;
}

/** What a subject has left. */
export interface RateState extends Rate {
  /** Name of the limit, such as `tenant-requests`. */
  readonly limit: string;
  readonly remaining: number;
  /** Seconds until the window ends. */
  readonly resetSeconds: number;
}

/** What an error names. */
export interface LimitName {
  /** Such as `tenant-requests`. */
  readonly limit: string;
  /** Continues "… may" with the number of units, such as "Tenant "acme" may send 10 requests". */
  readonly describe: (subject: string, max: number) => string;
  readonly setting: string;
}

/** Returns the state of the limit that threw an error; null for other errors. */
export function refusedRate(error: unknown): RateState | null {
  if (!hasCode(error, 'rate_limited')) return null;
  const { limit, max, window_seconds, retry_after_seconds } = error.details as unknown as Refusal;
  return { limit, max, seconds: window_seconds, remaining: 0, resetSeconds: retry_after_seconds };
}

/** The details of `rate_limited`. */
interface Refusal {
  readonly limit: string;
  readonly max: number;
  readonly window_seconds: number;
  /** Read for the header Retry-After. */
  readonly retry_after_seconds: number;
  readonly setting: string;
}

export class RateLimit {
  readonly #rate: Rate;
  readonly #name: LimitName;
  readonly #counts: RateLimiterMemory;

  constructor(rate: Rate, name: LimitName) {
    this.#rate = rate;
    this.#name = name;
    this.#counts = new RateLimiterMemory({ points: rate.max, duration: rate.seconds, keyPrefix: '' });
  }

  /**
   * Takes units.
   *
   * @throws rate_limited if the subject has fewer left; it keeps them. payload_too_large if it never has as many
   */
  async take(subject: string, units = 1): Promise<RateState> {
    if (units > this.#rate.max) throw this.#refuseAlways(subject, units);
    try {
      return this.#toState(await this.#counts.consume(subject, units));
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      this.giveBack(subject, units);
      throw this.#refuse(subject, this.#toState(error));
    }
  }

  /** Returns units, such as those of a request that another limit refused. */
  giveBack(subject: string, units = 1): void {
    void this.#counts.reward(subject, units);
  }

  #toState({ remainingPoints, msBeforeNext }: RateLimiterRes): RateState {
    const { seconds } = this.#rate;
    // After a jump of the clock the window may seem longer than it is.
    const resetSeconds = Math.min(seconds, Math.max(1, Math.ceil(msBeforeNext / 1000)));
    return { ...this.#rate, limit: this.#name.limit, remaining: remainingPoints, resetSeconds };
  }

  #refuseAlways(subject: string, units: number): DarkroomError {
    const { limit, describe, setting } = this.#name;
    const { max, seconds } = this.#rate;
    const message = `${describe(subject, max)} in ${seconds} seconds (${setting}), and this request alone has ${units}; send fewer at once`;
    const details = { limit, max, setting, window_seconds: seconds };
    return new DarkroomError('payload_too_large', message, { details });
  }

  #refuse(subject: string, { max, seconds, resetSeconds }: RateState): DarkroomError {
    const { limit, describe, setting } = this.#name;
    const details: Refusal = {
      ...{ limit, max, setting },
      window_seconds: seconds,
      retry_after_seconds: resetSeconds,
    };
    const message = `${describe(subject, max)} in ${seconds} seconds (${setting}); try again in ${resetSeconds} seconds`;
    return new DarkroomError('rate_limited', message, { details: { ...details } });
  }
}
