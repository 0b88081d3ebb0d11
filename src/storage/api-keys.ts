/** API keys in the object store. It holds the digest of each secret, so it reveals none. */
import { type ApiKey, apiKey, digestSecret, formatKey, newId, newSecret } from '../auth/api-key.ts';
import { readJson } from './json.ts';
import * as layout from './layout.ts';
import type { ObjectStore } from './object-store.ts';

/** Every method throws store_unavailable when the store does not answer. */
export class ApiKeyStore {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** Returns the new key, and the text that its client sends. That text cannot be read again. */
  async create(
    wanted: Pick<ApiKey, 'tenant' | 'name' | 'role' | 'expires_at'>,
  ): Promise<{ readonly key: ApiKey; readonly written: string }> {
    const [id, secret] = [newId(), newSecret()];
    const key = { id, ...wanted, created_at: new Date().toISOString(), sha256: digestSecret(secret) };
    await this.#store.put(layout.apiKeyKey(id), JSON.stringify(key));
    return { key, written: formatKey(id, secret) };
  }

  /** Null when there is no such key, or it was revoked. */
  async find(id: string): Promise<ApiKey | null> {
    const stored = await readJson<unknown>(this.#store, layout.apiKeyKey(id));
    return stored === null ? null : apiKey.parse(stored);
  }

  /** All keys, the oldest first. */
  async list(): Promise<ApiKey[]> {
    const keys: ApiKey[] = [];
    for await (const { key } of this.#store.list(layout.apiKeysPrefix)) {
      // A key may be revoked during the listing.
      const stored = await readJson<unknown>(this.#store, key);
      if (stored !== null) keys.push(apiKey.parse(stored));
    }
    return keys.sort((a, b) => Date.parse(a.created_at) - Date.parse(b.created_at));
  }

  /** Returns the revoked key; null when there is none. */
  async revoke(id: string): Promise<ApiKey | null> {
    const key = await this.find(id);
    if (key) await this.#store.delete(layout.apiKeyKey(id));
    return key;
  }
}
