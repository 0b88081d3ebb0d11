/**
 * While anyone on this machine may use the server without logging in, web pages must not: a page whose name was made to
 * point at 127.0.0.1 (DNS rebinding) is told apart by the Host header, which then names the page's own host.
 */
import type { MiddlewareHandler } from 'hono';
import { isLoopback } from '../config.ts';
import { DarkroomError } from '../errors.ts';

export const guardHost: MiddlewareHandler = async (c, next) => {
  const address = `http://${c.req.header('host') ?? 'localhost'}`;
  const host = URL.canParse(address) ? new URL(address).hostname.replace(/^\[|\]$/g, '') : '';
  if (!isLoopback(host) && !host.endsWith('.localhost')) {
    throw new DarkroomError(
      'misdirected_host',
      `This server takes requests for localhost, not for "${host}"; behind a gateway, set DARKROOM_ALLOW_ANONYMOUS=1`,
    );
  }
  await next();
};
