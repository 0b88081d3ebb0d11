/** Authenticator: keys that `darkroom keys create` made. */
import { DarkroomError } from '../errors.ts';
import { isExpired, isSecretOf, looksLikeKey, readKey } from './api-key.ts';
import type { Authenticator } from './authenticator.ts';
import type { KeyStore } from './key-store.ts';
import { type KeyTimes, KnownKeys } from './known-keys.ts';

export function createKeyAuthenticator(
  keys: Pick<KeyStore, 'find'>,
  times: Partial<KeyTimes> = {},
): Authenticator {
  const known = new KnownKeys(keys, times);
  return {
    kind: 'a key of this server ("drk_…")',
    recognises: looksLikeKey,
    async identify(credential) {
      const given = readKey(credential);
      if (!given)
        throw refused('The key is cut short or mistyped: it is "drk_", 12 digits, "_" and 43 characters');
      const key = await known.find(given.id);
      // Whether it is the id or the secret that is wrong is for nobody to know.
      if (!key || !isSecretOf(key, given.secret))
        throw refused('There is no such key on this server, or it was revoked');
      if (isExpired(key)) throw refused(`The key expired at ${key.expires_at}; ask the operator for another`);
      return { tenant: key.tenant, subject: `key ${key.id} (${key.name})`, access: key.access };
    },
  };
}

const refused = (message: string): DarkroomError => new DarkroomError('unauthenticated', message);
