/**
 * Middleware for a server without login: rejects requests that pages of other sites send.
 *
 * The header `Host` shows a page whose name was made to resolve to 127.0.0.1 (DNS rebinding): it names the page's own host.
 * The header `Origin` shows a page that sends requests across origins.
 *
 * Requests for the host of the public address pass: a proxy on this machine sends them.
 *
 * @param publicUrl address at which clients know the server
 * @param allowedOrigins origins whose pages may use the server all the same; `*`: any
 */
import type { MiddlewareHandler } from 'hono';
import { DarkroomError } from '../../errors.ts';
import { isLoopback } from '../../lib/settings/listen-address.ts';

export const guardHost = (publicUrl: string, allowedOrigins: readonly string[]): MiddlewareHandler => {
  const own = new URL(publicUrl);
  const allowed = [own.origin, ...allowedOrigins];
  return async (c, next) => {
    const host = c.req.header('host');
    if (host !== undefined && !isLocal(`http://${host}`) && !isHostOf(own, host)) {
      throw new DarkroomError(
        'misdirected_host',
        `This server has no login, and takes requests for localhost, not for "${host}". Behind a proxy, set DARKROOM_PUBLIC_URL to the address of the clients and let the proxy send their Host header (nginx: proxy_set_header Host $host), or set DARKROOM_ALLOW_ANONYMOUS=1 if the proxy authenticates them`,
      );
    }
    const origin = c.req.header('origin');
    if (
      origin !== undefined &&
      !isLocal(origin) &&
      !(allowed.includes(origin) || allowedOrigins.includes('*'))
    ) {
      throw new DarkroomError('origin_forbidden', `Web pages of "${origin}" may not use this server`);
    }
    await next();
  };
};

/** Whether a Host header names the host of an address. nginx's `$host` has no port. */
const isHostOf = (address: URL, host: string): boolean =>
  URL.canParse(`http://${host}`) && new URL(`http://${host}`).hostname === address.hostname;

function isLocal(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const name = new URL(address).hostname.replace(/^\[|\]$/g, '');
  return isLoopback(name) || name.endsWith('.localhost');
}
