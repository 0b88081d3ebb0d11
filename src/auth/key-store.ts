/** Keys of the API in the object store. What is kept of a secret is its digest, so that the store gives none away. */
import { readJson } from '../storage/json.ts';
import { apiKeyKey, apiKeysPrefix } from '../storage/layout.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { type ApiKey, apiKey, digestOf, freshId, freshSecret, writtenKey } from './api-key.ts';

export type KeyWish = Pick<ApiKey, 'tenant' | 'name' | 'access' | 'expires_at'>;

/** Every method throws store_unavailable when the store does not answer. */
export class KeyStore {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** `written`: the key as its client sends it; nobody can read it again. */
  async create(wish: KeyWish): Promise<{ readonly key: ApiKey; readonly written: string }> {
    const [id, secret] = [freshId(), freshSecret()];
    const key: ApiKey = { id, ...wish, created_at: new Date().toISOString(), sha256: digestOf(secret) };
    await this.#store.put(apiKeyKey(id), JSON.stringify(key));
    return { key, written: writtenKey(id, secret) };
  }

  /** Null when there is no such key, or no longer. */
  async find(id: string): Promise<ApiKey | null> {
    const stored = await readJson<unknown>(this.#store, apiKeyKey(id));
    return stored === null ? null : apiKey.parse(stored);
  }

  /** The oldest first. */
  async list(): Promise<ApiKey[]> {
    const keys: ApiKey[] = [];
    for await (const { key } of this.#store.list(apiKeysPrefix)) {
      // One may be revoked while they are listed.
      const found = await readJson<unknown>(this.#store, key);
      if (found !== null) keys.push(apiKey.parse(found));
    }
    return keys.sort((a, b) => Date.parse(a.created_at) - Date.parse(b.created_at));
  }

  /** The key that it was; null when there is none. */
  async revoke(id: string): Promise<ApiKey | null> {
    const key = await this.find(id);
    if (key) await this.#store.delete(apiKeyKey(id));
    return key;
  }
}
