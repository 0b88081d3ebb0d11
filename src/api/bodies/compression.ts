/** Compresses responses of JSON and text. */
import type { MiddlewareHandler } from 'hono';
import { compress } from 'hono/compress';

/** Not event streams, which are sent piece by piece; not pictures and archives, which are compressed already. */
const COMPRESSIBLE =
  /^(?:text\/(?!event-stream)|application\/(?:[\w.-]+\+)?(?:json|xml)|application\/javascript|image\/svg\+xml)/i;

/** Middleware. Responses of less than 1024 bytes are sent as they are. */
export const compressText: MiddlewareHandler = compress({ contentTypeFilter: COMPRESSIBLE });

/** Middleware that states the length of JSON responses, which are in memory as a whole. `compressText` decides by it. */
export const stateLength: MiddlewareHandler = async (c, next) => {
  await next();
  const { headers, body: stream } = c.res;
  if (
    stream === null ||
    !/^application\/(?:problem\+)?json/.test(headers.get('content-type') ?? '') ||
    headers.has('content-length')
  )
    return;
  const body = await c.res.arrayBuffer();
  c.res = new Response(body, c.res);
  c.res.headers.set('content-length', String(body.byteLength));
};
