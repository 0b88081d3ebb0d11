/** The credential of a request. */
import type { Context } from 'hono';
import { DarkroomError } from '../../errors.ts';
import type { Sessions } from './sessions.ts';

interface Credential {
  readonly text: string;
  /** Whether browsers keep it and send it by themselves, also for pages of other sites. */
  readonly isAmbient: boolean;
}

/**
 * Reads `Authorization: Bearer …` (RFC 6750), the password of `Authorization: Basic …` with any user name (RFC 7617), or
 * `X-API-Key`, or else the session of a browser. Basic is for clients that are configured by an address alone (`https://any:KEY@host/`).
 *
 * @returns null if there is no credential
 * @throws unauthenticated for any other scheme
 */
export function readCredential(c: Context, sessions: Sessions | null): Credential | null {
  const authorization = c.req.header('authorization');
  const key = c.req.header('x-api-key');
  if (authorization === undefined || authorization === '')
    return key ? { text: key.trim(), isAmbient: false } : readSession(c, sessions);
  const [, scheme = '', value = ''] = /^(\S+)\s*(.*)$/.exec(authorization.trim()) ?? [];
  if (/^bearer$/i.test(scheme)) return { text: value, isAmbient: false };
  if (/^basic$/i.test(scheme)) return { text: decodePassword(value), isAmbient: true };
  throw new DarkroomError(
    'unauthenticated',
    'This server takes "Authorization: Bearer …", or Basic with the key as password',
  );
}

function readSession(c: Context, sessions: Sessions | null): Credential | null {
  const text = sessions?.read(c) ?? null;
  return text === null ? null : { text, isAmbient: true };
}

const decodePassword = (value: string): string =>
  Buffer.from(value, 'base64')
    .toString()
    .replace(/^[^:]*:?/, '');
