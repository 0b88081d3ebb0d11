/** Shares the result of a call among callers that want the same at about the same time. */

interface Entry<T> {
  readonly result: Promise<T>;
  /** Epoch, ms. */
  expiresAt: number;
}

/**
 * Shares in-flight calls by key, and keeps each result for a time that depends on the result. Errors are not kept.
 *
 * Unlike `TtlCache`, the time starts when the result arrives, and an expired result frees its memory at once.
 */
export class SingleFlight<T> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #ttlMs: (result: T) => number;

  /** @param ttlMs Returns the milliseconds for which a result is kept after its arrival. */
  constructor(ttlMs: (result: T) => number) {
    this.#ttlMs = ttlMs;
  }

  /** Returns the result of `key` that is known or in flight, or calls `load`. */
  get(key: string, load: () => Promise<T>): Promise<T> {
    const known = this.#entries.get(key);
    if (known && known.expiresAt > Date.now()) return known.result;
    const entry: Entry<T> = { result: load(), expiresAt: Number.POSITIVE_INFINITY };
    this.#entries.set(key, entry);
    entry.result.then(
      (result) => this.#expire(key, entry, this.#ttlMs(result)),
      () => this.#drop(key, entry),
    );
    return entry.result;
  }

  /** Drops the result of `key`, also one that is in flight: the next caller loads a new one. */
  forget(key: string): void {
    this.#entries.delete(key);
  }

  #expire(key: string, entry: Entry<T>, ms: number): void {
    entry.expiresAt = Date.now() + ms;
    setTimeout(() => this.#drop(key, entry), ms).unref();
  }

  #drop(key: string, entry: Entry<T>): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
  }
}
