/** Result files over HTTP: ETag, conditional requests and single ranges (RFC 9110, sections 13 and 14). */
import type { Context } from 'hono';
import { DarkroomError } from '../../errors.ts';
import type { ByteRange, ReadableFile } from '../../jobs/ports/job-archive.ts';
import { formatContentDisposition } from '../../lib/content-disposition.ts';

/**
 * Returns a response with a result file, a range of it (206), or 304.
 *
 * @throws range_not_satisfiable
 */
export async function fileResponse(c: Context, { entry, open }: ReadableFile): Promise<Response> {
  const { path, size, sha256, media_type } = entry;
  const etag = `"${sha256}"`;
  const name = path.split('/').at(-1) ?? path;
  const headers: Record<string, string> = {
    'accept-ranges': 'bytes',
    etag,
    // `no-transform`: a compressed file would have another ETag, and other ranges.
    'cache-control': 'private, no-cache, no-transform',
    'content-type': media_type,
    'content-disposition': formatContentDisposition('inline', name),
    // Result files may be HTML or SVG, whose scripts must not run as this server. Galleries need the same origin: browsers
    // send the login only to it, and the pictures would not load otherwise.
    'content-security-policy':
      "default-src 'none'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'self'; sandbox allow-same-origin",
    'x-content-type-options': 'nosniff',
  };
  if (matchesEtag(c.req.header('if-none-match'), etag)) return c.body(null, 304, headers);
  const ifRange = c.req.header('if-range');
  // Ranges apply only to GET (RFC 9110, section 14.2).
  const takesRange = c.req.method === 'GET' && (ifRange === undefined || ifRange === etag);
  const range = takesRange ? parseRange(c.req.header('range'), size) : null;
  if (range === 'unsatisfiable') {
    c.header('content-range', `bytes */${size}`);
    throw new DarkroomError('range_not_satisfiable', `The file has ${size} bytes`);
  }
  headers['content-length'] = String(range ? range.end - range.start + 1 : size);
  if (range) headers['content-range'] = `bytes ${range.start}-${range.end}/${size}`;
  // Hono routes HEAD to GET. The file is not opened for it.
  const body = c.req.method === 'HEAD' ? null : await open(range ?? undefined);
  return new Response(body, { status: range ? 206 : 200, headers });
}

/** Whether the header If-None-Match has this ETag. Weak and strong tags compare alike (RFC 9110, section 13.1.2). */
export const matchesEtag = (header: string | undefined, etag: string): boolean =>
  header
    ?.split(',')
    .some(
      (tag) =>
        ['*', etag].includes(tag.trim()) || tag.trim().replace(/^W\//, '') === etag.replace(/^W\//, ''),
    ) ?? false;

/** Returns null for no range, an unknown unit, or several ranges: the response may then have the whole file. */
function parseRange(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | null {
  const match = /^bytes=(\d*)-(\d*)$/i.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return null;
  const [first, last] = [match[1], match[2]];
  if (first === '') {
    const suffix = Number(last);
    return suffix === 0 || size === 0
      ? 'unsatisfiable'
      : { start: Math.max(0, size - suffix), end: size - 1 };
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < start) return null;
  return start >= size ? 'unsatisfiable' : { start, end };
}
