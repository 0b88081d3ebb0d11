/** What kind of body a request says it has. */
import type { Context } from 'hono';

/** Type and subtype in lower case, without parameters; empty when the request does not say. */
export const mediaTypeOf = (c: Context): string =>
  (c.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';

export const isForm = (c: Context): boolean => mediaTypeOf(c) === 'multipart/form-data';
