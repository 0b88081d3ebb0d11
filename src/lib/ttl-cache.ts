/** A cache of promises with a time to live. */
import { LRUCache } from 'lru-cache';

/**
 * Caches the results of asynchronous calls by key.
 *
 * Concurrent callers share the in-flight promise. Errors are not cached. When the cache is full, the oldest entry leaves first.
 *
 * @example
 * const counts = new TtlCache<number>(1000, 100);
 * const count = await counts.get(tenant, () => store.count(tenant));
 */
export class TtlCache<T> {
  readonly #ttlMs: number;
  readonly #entries: LRUCache<string, Promise<T>>;

  /**
   * @param ttlMs Milliseconds for which a result is returned, from the start of its call; 0 caches nothing.
   * @param max Entries that are kept at most.
   */
  constructor(ttlMs: number, max: number) {
    this.#ttlMs = ttlMs;
    this.#entries = new LRUCache({ max, ttl: ttlMs });
  }

  /** Returns the cached result of `key`, or calls `load` and caches what it returns. */
  get(key: string, load: () => Promise<T>): Promise<T> {
    // lru-cache reads a TTL of 0 as "no limit".
    if (this.#ttlMs === 0) return load();
    const cached = this.#entries.peek(key);
    if (cached) return cached;
    // The TTL starts before the call: what changes during the call may be missing from its result.
    const start = performance.now();
    const result = load();
    this.#entries.delete(key);
    this.#entries.set(key, result, { start });
    result.catch(() => {
      if (this.#entries.peek(key) === result) this.#entries.delete(key);
    });
    return result;
  }
}
