/** What the headers of a request say of its body. */
import type { Context } from 'hono';

/** Returns type and subtype in lower case, without parameters; empty if the header `Content-Type` is missing. */
export const parseMediaType = (contentType = ''): string =>
  contentType.split(';')[0]?.trim().toLowerCase() ?? '';

/** Whether a body is a form, which is streamed: its reader limits its size and its pace. */
export const isForm = (contentType: string | undefined): boolean =>
  parseMediaType(contentType) === 'multipart/form-data';

/** Whether a request announces a body. */
export const hasBody = (c: Context): boolean =>
  c.req.header('transfer-encoding') !== undefined || Number(c.req.header('content-length') ?? 0) > 0;
