/**
 * While anyone on this machine may use the server without logging in, web pages of elsewhere must not. A page whose name
 * was made to point at 127.0.0.1 (DNS rebinding) is told by the Host header, which names the page's own host; a page
 * that sends requests across origins, by the Origin header.
 */
import type { MiddlewareHandler } from 'hono';
import { DarkroomError } from '../../errors.ts';
import { isLoopback } from '../../lib/settings/listen-address.ts';

export const guardHost: MiddlewareHandler = async (c, next) => {
  const host = c.req.header('host');
  if (host !== undefined && !isOurs(`http://${host}`)) {
    throw new DarkroomError(
      'misdirected_host',
      `This server takes requests for localhost, not for "${host}"; behind a gateway, set DARKROOM_ALLOW_ANONYMOUS=1`,
    );
  }
  const origin = c.req.header('origin');
  if (origin !== undefined && !isOurs(origin)) {
    throw new DarkroomError('origin_forbidden', `Web pages of "${origin}" may not use this server`);
  }
  await next();
};

function isOurs(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const name = new URL(address).hostname.replace(/^\[|\]$/g, '');
  return isLoopback(name) || name.endsWith('.localhost');
}
