/**
 * A cache of API keys. It saves a read of the store for each request. While the store is unavailable, keys that it has
 * returned before stay valid for a while: otherwise clients could not even see or cancel jobs that Temporal knows.
 */
import { LRUCache } from 'lru-cache';
import { DarkroomError, isOutage } from '../errors.ts';
import { TtlCache } from '../lib/ttl-cache.ts';
import type { ApiKey } from './api-key.ts';

/** Source of the keys. */
export interface KeySource {
  /** Null when there is no such key. Throws store_unavailable. */
  find(id: string): Promise<ApiKey | null>;
}

/** Milliseconds. */
export interface KeyTimes {
  /** How long a result of the store counts. Revocations and new keys take effect within this time. */
  readonly freshMs: number;
  /** How long a key stays valid while the store is unavailable. */
  readonly staleMs: number;
  /** How long a request waits for the store: with a key that was valid before, and with any other. */
  readonly timeoutMs: { readonly known: number; readonly unknown: number };
}

const defaults: KeyTimes = {
  freshMs: 5000,
  staleMs: 10 * 60_000,
  timeoutMs: { known: 1500, unknown: 5000 },
};

/** Entries of each cache. */
const MAX_KEYS = 10_000;

interface ValidKey {
  readonly key: ApiKey;
  /** Start of the read that found it. */
  readonly readAt: number;
  /** After an outage, requests do not wait for the store until this time. */
  noWaitUntil: number;
}

export class CachedKeys {
  readonly #source: KeySource;
  readonly #times: KeyTimes;
  readonly #results: TtlCache<ApiKey | null>;
  /** Separate from the results, so that requests with invented ids cannot evict valid keys. */
  readonly #valid = new LRUCache<string, ValidKey>({ max: MAX_KEYS });

  constructor(source: KeySource, times: Partial<KeyTimes> = {}) {
    this.#source = source;
    this.#times = { ...defaults, ...times };
    this.#results = new TtlCache(this.#times.freshMs, MAX_KEYS);
  }

  /**
   * Null when there is no such key, or it was revoked. Throws store_unavailable, and what `admit` throws.
   *
   * @param admit is called before the store is read for a key that it has not returned lately
   */
  async find(id: string, admit: () => Promise<void>): Promise<ApiKey | null> {
    const { freshMs, staleMs, timeoutMs } = this.#times;
    const valid = this.#valid.get(id);
    if (!valid || Date.now() - valid.readAt > staleMs)
      return withTimeout(timeoutMs.unknown, this.#read(id, admit));
    const result = withTimeout(timeoutMs.known, this.#read(id)).catch((error: unknown) => {
      if (!isOutage(error)) throw error;
      valid.noWaitUntil = Date.now() + freshMs;
      return valid.key;
    });
    if (valid.noWaitUntil <= Date.now()) return result;
    // The read goes on in the background, so that a revocation takes effect once the store is back.
    result.catch(() => undefined);
    return valid.key;
  }

  #read(id: string, admit?: () => Promise<void>): Promise<ApiKey | null> {
    return this.#results.get(id, async () => {
      await admit?.();
      const readAt = Date.now();
      const key = await this.#source.find(id);
      if (key === null) this.#valid.delete(id);
      // A later read may have overtaken a slow one and found that the key was revoked.
      else if (Date.now() - readAt < this.#times.timeoutMs.unknown)
        this.#valid.set(id, { key, readAt, noWaitUntil: 0 });
      return key;
    });
  }
}

/** Limits the wait for the store, which allows minutes for the transfer of a large object. */
async function withTimeout<T>(ms: number, result: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    const message = 'The object store did not answer in time to check the API key; try again';
    timer = setTimeout(() => reject(new DarkroomError('store_unavailable', message)), ms);
  });
  try {
    return await Promise.race([result, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
