/** The headers of a response to a rejected login (RFC 9110, section 11.6.1; RFC 6750, section 3). */
import type { Context } from 'hono';
import { DarkroomError } from '../../errors.ts';
import { hasBody } from '../bodies/media-type.ts';

const BASIC = 'Basic realm="darkroom", charset="UTF-8"';

/** Adds `WWW-Authenticate` for errors of authentication, and closes the connection if the request has a body. */
export function addChallenge(c: Context, error: unknown): void {
  // The body is not read, and would be parsed as the next request.
  if (hasBody(c)) c.header('connection', 'close');
  if (!(error instanceof DarkroomError)) return;
  const { code, details } = error;
  if (code === 'unauthenticated')
    c.header('www-authenticate', isPage(c) ? BASIC : formatBearer(hasCredential(c) ? 'invalid_token' : null));
  if (code === 'forbidden') {
    const scope = typeof details?.['scope'] === 'string' ? `, scope="${details['scope']}"` : '';
    c.header('www-authenticate', formatBearer('insufficient_scope') + scope);
  }
}

const formatBearer = (error: string | null): string =>
  `Bearer realm="darkroom"${error === null ? '' : `, error="${error}"`}`;

/** Whether a person opens a page, such as a gallery: the browser then asks for the key. Requests of a page show no dialog. */
function isPage(c: Context): boolean {
  const mode = c.req.header('sec-fetch-mode');
  // Browsers omit it without TLS.
  if (mode === undefined) return c.req.header('accept')?.includes('text/html') ?? false;
  return mode === 'navigate';
}

const hasCredential = (c: Context): boolean =>
  (c.req.header('authorization') ?? c.req.header('x-api-key')) !== undefined;
