/** Authenticator for API keys, which `darkroom keys create` makes. */
import { DarkroomError } from '../errors.ts';
import { isExpired, looksLikeKey, matchesSecret, parseKey } from './api-key.ts';
import type { Authenticator } from './authenticator.ts';
import { CachedKeys, type KeySource, type KeyTimes } from './cached-keys.ts';

export function createKeyAuthenticator(source: KeySource, times: Partial<KeyTimes> = {}): Authenticator {
  const keys = new CachedKeys(source, times);
  return {
    kind: 'an API key of this server ("drk_…")',
    recognises: looksLikeKey,
    async identify(credential) {
      const given = parseKey(credential);
      if (!given)
        throw unauthenticated(
          'The API key is incomplete or mistyped: it is "drk_", 12 digits, "_" and 43 characters',
        );
      const key = await keys.find(given.id);
      // The message does not show whether the id or the secret is wrong.
      if (!key || !matchesSecret(key, given.secret))
        throw unauthenticated('The API key is unknown or was revoked');
      if (isExpired(key))
        throw unauthenticated(`The API key expired at ${key.expires_at}; ask the operator for a new one`);
      return { tenant: key.tenant, subject: `key ${key.id} (${key.name})`, role: key.role };
    },
  };
}

const unauthenticated = (message: string): DarkroomError => new DarkroomError('unauthenticated', message);
