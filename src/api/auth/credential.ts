/** The credential of a request, in whichever of three ways its client can send one. */
import type { Context } from 'hono';
import { DarkroomError } from '../../errors.ts';

interface Credential {
  readonly text: string;
  /** Kept by a browser, which then sends it along with whatever pages of elsewhere make it ask. */
  readonly isAmbient: boolean;
}

/**
 * `Authorization: Bearer …` (RFC 6750), or as the password of `Basic` with any user name (RFC 7617) for clients that can
 * be given an address alone (`https://any:KEY@host/`), or `X-API-Key`. Null: there is none. Throws unauthenticated when it
 * is sent in another way.
 */
export function credentialOf(c: Context): Credential | null {
  const authorization = c.req.header('authorization');
  const key = c.req.header('x-api-key');
  if (authorization === undefined || authorization === '')
    return key ? { text: key.trim(), isAmbient: false } : null;
  const [, scheme = '', value = ''] = /^(\S+)\s*(.*)$/.exec(authorization.trim()) ?? [];
  if (/^bearer$/i.test(scheme)) return { text: value, isAmbient: false };
  if (/^basic$/i.test(scheme)) return { text: passwordOf(value), isAmbient: true };
  throw new DarkroomError(
    'unauthenticated',
    'This server takes "Authorization: Bearer …", or Basic with the key as password',
  );
}

const passwordOf = (value: string): string =>
  Buffer.from(value, 'base64')
    .toString()
    .replace(/^[^:]*:?/, '');
