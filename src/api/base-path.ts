/** The path of DARKROOM_PUBLIC_URL, below which a gateway offers this server. */
import type { MiddlewareHandler } from 'hono';
import { getPath } from 'hono/utils/url';

/** Returns the path without a slash at its end; empty if the server is at the root. */
export const toBasePath = (publicUrl: string): string => new URL(publicUrl).pathname.replace(/\/+$/, '');

/**
 * Returns the path of a request within this server, without a slash at its end. Gateways may remove the base path or not. The
 * base path without its slash stays as it is.
 */
export function getRoutePath(request: Request, basePath: string): string {
  const path = getPath(request);
  const inner = basePath !== '' && path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : path;
  return inner.replace(/(?<=.)\/$/, '');
}

/** Middleware that adds the base path to the header `Location`. */
export const addBasePath =
  (basePath: string): MiddlewareHandler =>
  async (c, next) => {
    await next();
    const location = c.res.headers.get('location');
    if (location?.startsWith('/')) c.res.headers.set('location', basePath + location);
  };
