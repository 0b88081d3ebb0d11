/** Authenticator for API keys, which `darkroom keys create` makes. */
import { DarkroomError } from '../errors.ts';
import { isExpired, looksLikeKey, matchesSecret, parseKey } from './api-key.ts';
import type { Authenticator } from './authenticator.ts';
import { CachedKeys, type KeySource, type KeyTimes } from './cached-keys.ts';
import { type LoginThrottle, unlimitedLogins } from './login-throttle.ts';

interface KeyOptions extends Partial<KeyTimes> {
  readonly throttle?: LoginThrottle;
}

export function createKeyAuthenticator(
  source: KeySource,
  { throttle = unlimitedLogins, ...times }: KeyOptions = {},
): Authenticator {
  const keys = new CachedKeys(source, times);
  return {
    kind: 'an API key of this server ("drk_…")',
    recognises: looksLikeKey,
    async identify(credential, address = null) {
      const given = parseKey(credential);
      if (!given)
        throw unauthenticated(
          'The API key is incomplete or mistyped: it is "drk_", 12 digits, "_" and 49 characters, of which the last 6 are a checksum',
        );
      const attempt = { close: null as (() => void) | null };
      const begin = async () => {
        attempt.close ??= await throttle.begin(address);
      };
      const key = await keys.find(given.id, begin).catch((error: unknown) => {
        attempt.close?.();
        throw error;
      });
      if (!key || !matchesSecret(key, given.secret)) {
        // Counts, also if the store was not read.
        await begin();
        // The message does not show whether the id or the secret is wrong.
        throw unauthenticated('The API key is unknown or was revoked');
      }
      attempt.close?.();
      if (isExpired(key))
        throw unauthenticated(`The API key expired at ${key.expires_at}; ask the operator for a new one`);
      return { tenant: key.tenant, subject: `key ${key.id} (${key.name})`, role: key.role };
    },
  };
}

const unauthenticated = (message: string): DarkroomError => new DarkroomError('unauthenticated', message);
