/** Cross-origin requests of web pages (WHATWG Fetch, section 3.2). */
import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';

/**
 * Middleware that lets pages of these origins use the server with a key or token. Logins that the browser keeps are not included.
 *
 * @param origins such as `https://app.example.com`; `*`: any
 */
export const allowOrigins = (origins: readonly string[]): MiddlewareHandler =>
  cors({
    origin: origins.includes('*') ? '*' : [...origins],
    allowMethods: ['GET', 'HEAD', 'POST', 'DELETE'],
    allowHeaders: [
      'Authorization',
      'X-API-Key',
      'Content-Type',
      'Content-Encoding',
      'Idempotency-Key',
      'Prefer',
      'Range',
      'If-Range',
      'If-None-Match',
      'Last-Event-ID',
    ],
    exposeHeaders: [
      'Location',
      'ETag',
      'Retry-After',
      'RateLimit',
      'RateLimit-Policy',
      'Preference-Applied',
      'Content-Disposition',
      'Content-Range',
      'Accept-Ranges',
      'WWW-Authenticate',
    ],
    maxAge: 600,
  });
