/** Limits the bytes that each tenant has stored. */
import { DarkroomError, isOutage } from '../../errors.ts';
import { TtlCache } from '../../lib/ttl-cache.ts';

/** A measurement lists all objects of a tenant, so it is reused for this long. */
const MEASURED_MS = 5 * 60_000;

/** Tenants whose measurement is kept. */
const MAX_TENANTS = 10_000;

export interface StorageQuotaOptions {
  /** Adds up the bytes of a tenant; may stop at `enough`. */
  readonly measure: (tenant: string, enough: number) => Promise<number>;
  /** Returns the limit of a tenant in bytes; infinity: none. */
  readonly limitOf: (tenant: string) => number;
  /** Milliseconds that a measurement is reused. */
  readonly measuredMs?: number;
}

export class StorageQuota {
  readonly #options: StorageQuotaOptions;
  readonly #sizes: TtlCache<number>;

  constructor(options: StorageQuotaOptions) {
    this.#options = options;
    this.#sizes = new TtlCache(options.measuredMs ?? MEASURED_MS, MAX_TENANTS);
  }

  /** Throws tenant_storage_full at the limit. An outage of the store is no reason to refuse a job. */
  async check(tenant: string): Promise<void> {
    const { measure, limitOf, measuredMs = MEASURED_MS } = this.#options;
    const max = limitOf(tenant);
    if (max === Number.POSITIVE_INFINITY) return;
    const stored = await this.#sizes
      .get(tenant, () => measure(tenant, max))
      .catch((error: unknown) => {
        if (isOutage(error)) return 0;
        throw error;
      });
    if (stored < max) return;
    const setting = 'DARKROOM_TENANT_BYTES';
    throw new DarkroomError(
      'tenant_storage_full',
      `Tenant "${tenant}" may store ${max} bytes (${setting}). Delete jobs, or wait until some expire`,
      {
        details: { limit: 'tenant-bytes', max, setting, retry_after_seconds: Math.ceil(measuredMs / 1000) },
      },
    );
  }
}
