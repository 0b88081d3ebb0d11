/**
 * Middleware for a server without login: rejects requests that pages of other sites send.
 *
 * The header `Host` shows a page whose name was made to resolve to 127.0.0.1 (DNS rebinding): it names the page's own host.
 * The header `Origin` shows a page that sends requests across origins.
 *
 * @param allowedOrigins origins whose pages may use the server all the same; `*`: any
 */
import type { MiddlewareHandler } from 'hono';
import { DarkroomError } from '../../errors.ts';
import { isLoopback } from '../../lib/settings/listen-address.ts';

export const guardHost =
  (allowedOrigins: readonly string[]): MiddlewareHandler =>
  async (c, next) => {
    const host = c.req.header('host');
    if (host !== undefined && !isLocal(`http://${host}`)) {
      throw new DarkroomError(
        'misdirected_host',
        `This server takes requests for localhost, not for "${host}"; behind a gateway, set DARKROOM_ALLOW_ANONYMOUS=1`,
      );
    }
    const origin = c.req.header('origin');
    if (
      origin !== undefined &&
      !isLocal(origin) &&
      !allowedOrigins.some((each) => [origin, '*'].includes(each))
    ) {
      throw new DarkroomError('origin_forbidden', `Web pages of "${origin}" may not use this server`);
    }
    await next();
  };

function isLocal(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const name = new URL(address).hostname.replace(/^\[|\]$/g, '');
  return isLoopback(name) || name.endsWith('.localhost');
}
