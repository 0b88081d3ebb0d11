/** How many jobs of a tenant there may be at once. Temporal would take any number. */
import { DarkroomError } from '../../errors.ts';
import type { JobRuntime } from '../ports/job-runtime.ts';

/** Milliseconds for which a count is good enough, and below which counting again would tell nothing new. */
const FRESH_MS = { below: 1000, full: 100 };

/** For all jobs of a tenant that have not ended. `limitOf`: how many those may be, or infinity. */
export const tenantQuotas = (
  runtime: Pick<JobRuntime, 'countOpen'>,
  limitOf: (tenant: string) => number,
): ConcurrencyQuotas =>
  new ConcurrencyQuotas(
    (tenant) => runtime.countOpen({ tenant }),
    limitOf,
    (limit, tenant) => {
      const message = `Tenant "${tenant}" may have ${limit} jobs under way at once, and has. Submit this one again when another has ended`;
      return new DarkroomError('too_many_jobs', message, { details: { max_jobs: limit } });
    },
  );

/** One for each tenant, so that none can fill those of the others. */
export class ConcurrencyQuotas {
  readonly #quotas = new Map<string, ConcurrencyQuota>();
  readonly #make: (tenant: string) => ConcurrencyQuota;

  /** `count`: a tenant's jobs. `limitOf`: how many it may have, or infinity. `full`: what those beyond it are refused with. */
  constructor(
    count: (tenant: string) => Promise<number>,
    limitOf: (tenant: string) => number,
    full: (limit: number, tenant: string) => DarkroomError,
  ) {
    this.#make = (tenant) => {
      const limit = limitOf(tenant);
      return new ConcurrencyQuota(
        () => count(tenant),
        limit,
        () => full(limit, tenant),
      );
    };
  }

  of(tenant: string): ConcurrencyQuota {
    const room = this.#quotas.get(tenant) ?? this.#make(tenant);
    this.#quotas.set(tenant, room);
    return room;
  }
}

class ConcurrencyQuota {
  readonly #count: () => Promise<number>;
  readonly #limit: number;
  readonly #full: () => DarkroomError;
  #counted = 0;
  /** Since the last count began. */
  #admitted = 0;
  #countedAt = Number.NEGATIVE_INFINITY;
  #counting: Promise<void> | null = null;

  constructor(count: () => Promise<number>, limit: number, full: () => DarkroomError) {
    this.#count = count;
    this.#limit = limit;
    this.#full = full;
  }

  /** Takes up room for one more job. Throws when there is none, and what counting throws. */
  async acquire(): Promise<void> {
    await this.#countAnew();
    this.#refuseMore();
    this.#admitted += 1;
  }

  /** As `admit`, of a job that will be admitted later: takes up nothing. */
  async check(): Promise<void> {
    await this.#countAnew();
    this.#refuseMore();
  }

  async #countAnew(): Promise<void> {
    const freshMs = this.#isFull() ? FRESH_MS.full : FRESH_MS.below;
    if (this.#limit === Number.POSITIVE_INFINITY || Date.now() - this.#countedAt <= freshMs) return;
    this.#counting ??= this.#recount();
    await this.#counting;
  }

  #refuseMore(): void {
    if (this.#isFull()) throw this.#full();
  }

  #isFull(): boolean {
    return this.#counted + this.#admitted >= this.#limit;
  }

  async #recount(): Promise<void> {
    const before = this.#admitted;
    try {
      this.#counted = await this.#count();
      this.#admitted -= before;
      this.#countedAt = Date.now();
    } finally {
      this.#counting = null;
    }
  }
}
