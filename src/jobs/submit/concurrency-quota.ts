/** Limits the concurrent jobs of each tenant. Temporal itself has no limit. */
import { DarkroomError } from '../../errors.ts';
import type { JobRuntime } from '../ports/job-runtime.ts';

/** Milliseconds that a count is reused: longer below the limit than at it, and longest far below. */
const COUNT_TTL_MS = { farBelow: 10_000, below: 1000, full: 100 };

/** Places that are free far below the limit. */
const FAR_BELOW = 1000;

/**
 * Creates the quotas for all open jobs of a tenant.
 *
 * @param limitOf returns the limit of a tenant; infinity: none
 */
export const tenantQuotas = (
  runtime: Pick<JobRuntime, 'countOpen'>,
  limitOf: (tenant: string) => number,
): ConcurrencyQuotas =>
  new ConcurrencyQuotas(
    (tenant) => runtime.countOpen({ tenant }),
    limitOf,
    (limit, tenant) => {
      const setting = 'DARKROOM_TENANT_JOBS';
      const message = `Tenant "${tenant}" may have ${limit} jobs at once (${setting}). Submit this job again when another has ended`;
      const details = { limit: 'tenant-jobs', max: limit, setting };
      return new DarkroomError('too_many_jobs', message, { details });
    },
  );

/** One quota for each tenant, so that no tenant can use up another's. */
export class ConcurrencyQuotas {
  readonly #quotas = new Map<string, ConcurrencyQuota>();
  readonly #make: (tenant: string) => ConcurrencyQuota;

  /**
   * @param count counts the jobs of a tenant
   * @param limitOf returns the limit of a tenant; infinity: none
   * @param full creates the error that is thrown at the limit
   */
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
    const quota = this.#quotas.get(tenant) ?? this.#make(tenant);
    this.#quotas.set(tenant, quota);
    return quota;
  }
}

class ConcurrencyQuota {
  readonly #count: () => Promise<number>;
  readonly #limit: number;
  readonly #full: () => DarkroomError;
  #counted = 0;
  /** Jobs acquired since the last count started. */
  #acquired = 0;
  #countedAt = Number.NEGATIVE_INFINITY;
  #counting: Promise<void> | null = null;

  constructor(count: () => Promise<number>, limit: number, full: () => DarkroomError) {
    this.#count = count;
    this.#limit = limit;
    this.#full = full;
  }

  /** Takes a place for one more job. Throws at the limit, and what counting throws. */
  async acquire(): Promise<void> {
    await this.#refresh();
    this.#throwIfFull();
    this.#acquired += 1;
  }

  /** Like `acquire`, without taking the place. */
  async check(): Promise<void> {
    await this.#refresh();
    this.#throwIfFull();
  }

  async #refresh(): Promise<void> {
    const free = this.#limit - this.#counted - this.#acquired;
    const ttlMs = COUNT_TTL_MS[free <= 0 ? 'full' : free < FAR_BELOW ? 'below' : 'farBelow'];
    if (this.#limit === Number.POSITIVE_INFINITY || Date.now() - this.#countedAt <= ttlMs) return;
    this.#counting ??= this.#recount();
    await this.#counting;
  }

  #throwIfFull(): void {
    if (this.#isFull()) throw this.#full();
  }

  #isFull(): boolean {
    return this.#counted + this.#acquired >= this.#limit;
  }

  async #recount(): Promise<void> {
    const before = this.#acquired;
    try {
      this.#counted = await this.#count();
      this.#acquired -= before;
      this.#countedAt = Date.now();
    } finally {
      this.#counting = null;
    }
  }
}
