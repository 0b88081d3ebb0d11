/** Authenticator: keys that `darkroom keys create` made. */
import { DarkroomError } from '../errors.ts';
import { Recent } from '../jobs/recent.ts';
import { type ApiKey, isExpired, isSecretOf, looksLikeKey, readKey } from './api-key.ts';
import type { Authenticator } from './authenticator.ts';
import type { KeyStore } from './key-store.ts';

/** How long a revoked key may still be taken, and a new one not yet: the store is asked that seldom. */
const FRESH_MS = 5000;

/** Keys that are remembered, whether there are such keys or not. */
const MAX_KEYS = 10_000;

/** `freshMs`: milliseconds for which it is remembered what the store said of a key. */
export function createKeyAuthenticator(keys: Pick<KeyStore, 'find'>, freshMs = FRESH_MS): Authenticator {
  const recent = new Recent<ApiKey | null>(freshMs, MAX_KEYS);
  return {
    kind: 'a key of this server ("drk_…")',
    recognises: looksLikeKey,
    async identify(credential) {
      const given = readKey(credential);
      if (!given)
        throw refused('The key is cut short or mistyped: it is "drk_", 12 digits, "_" and 43 characters');
      const key = await recent.get(given.id, () => keys.find(given.id));
      // Whether it is the id or the secret that is wrong is for nobody to know.
      if (!key || !isSecretOf(key, given.secret))
        throw refused('There is no such key on this server, or it was revoked');
      if (isExpired(key)) throw refused(`The key expired at ${key.expires_at}; ask the operator for another`);
      return { tenant: key.tenant, subject: `key ${key.id} (${key.name})`, access: key.access };
    },
  };
}

const refused = (message: string): DarkroomError => new DarkroomError('unauthenticated', message);
