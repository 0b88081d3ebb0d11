/**
 * What the store said of keys, so that it is seldom asked. While it does not answer, a key that it knew does for a while:
 * with one that must be asked for each call, jobs that Temporal knows could not even be looked at or cancelled then.
 */
import { LRUCache } from 'lru-cache';
import { DarkroomError, isOutage } from '../errors.ts';
import { TtlCache } from '../lib/ttl-cache.ts';
import type { ApiKey } from './api-key.ts';
import type { KeyStore } from './key-store.ts';

/** Milliseconds. */
export interface KeyTimes {
  /** For which it is remembered what the store said: so long a revoked key may still be taken, and a new one not yet. */
  readonly freshMs: number;
  /** For which a key that the store knew does while the store does not answer. */
  readonly staleMs: number;
  /** That a call waits for the store: with such a key, and without. */
  readonly patienceMs: { readonly known: number; readonly unknown: number };
}

const usual: KeyTimes = {
  freshMs: 5000,
  staleMs: 10 * 60_000,
  patienceMs: { known: 1500, unknown: 5000 },
};

/** Keys that are remembered, whether there are such keys or not. */
const MAX_KEYS = 10_000;

interface Good {
  readonly key: ApiKey;
  /** When the store was asked that knew it. */
  readonly at: number;
  /** The store was away just now: until then, nobody waits for it. */
  awayUntil: number;
}

export class KnownKeys {
  readonly #keys: Pick<KeyStore, 'find'>;
  readonly #times: KeyTimes;
  readonly #recent: TtlCache<ApiKey | null>;
  /** Apart from the answers, so that nobody drives these out by asking for keys that are none. */
  readonly #good = new LRUCache<string, Good>({ max: MAX_KEYS });

  constructor(keys: Pick<KeyStore, 'find'>, times: Partial<KeyTimes> = {}) {
    this.#keys = keys;
    this.#times = { ...usual, ...times };
    this.#recent = new TtlCache(this.#times.freshMs, MAX_KEYS);
  }

  /** Null when there is no such key, or no longer. Throws store_unavailable. */
  async find(id: string): Promise<ApiKey | null> {
    const { freshMs, staleMs, patienceMs } = this.#times;
    const good = this.#good.get(id);
    if (!good || Date.now() - good.at > staleMs) return within(patienceMs.unknown, this.#ask(id));
    const answer = within(patienceMs.known, this.#ask(id)).catch((error: unknown) => {
      if (!isOutage(error)) throw error;
      good.awayUntil = Date.now() + freshMs;
      return good.key;
    });
    if (good.awayUntil <= Date.now()) return answer;
    // It is asked all the same, so that a revoked key is one as soon as it answers.
    answer.catch(() => undefined);
    return good.key;
  }

  #ask(id: string): Promise<ApiKey | null> {
    return this.#recent.get(id, async () => {
      const at = Date.now();
      const key = await this.#keys.find(id);
      if (key === null) this.#good.delete(id);
      // An answer that comes late may have been overtaken by another, which says that the key was revoked.
      else if (Date.now() - at < this.#times.patienceMs.unknown)
        this.#good.set(id, { key, at, awayUntil: 0 });
      return key;
    });
  }
}

/** A store that takes a question and says nothing must not hold the call for the minutes that a big object may take. */
async function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const impatience = new Promise<never>((_, reject) => {
    const message = 'The object store does not say in time whether there is such a key; try again';
    timer = setTimeout(() => reject(new DarkroomError('store_unavailable', message)), ms);
  });
  try {
    return await Promise.race([answer, impatience]);
  } finally {
    clearTimeout(timer);
  }
}
