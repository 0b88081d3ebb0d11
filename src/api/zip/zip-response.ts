/** Several files as one ZIP over HTTP, produced while it is sent. */
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Context } from 'hono';
import { formatContentDisposition } from '../../lib/content-disposition.ts';
import { zipLength } from '../../lib/zip.ts';
import { matchesEtag } from '../files/file-response.ts';
import { safeNames } from './names.ts';
import { zipStream } from './stream.ts';

export interface ZipFile {
  /** With slashes. Unsafe and duplicate names are changed. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-256 of the content, in hexadecimal. */
  readonly sha256: string;
  /** CRC-32 of the content, unsigned. */
  readonly crc32: number;
  readonly modified: Date;
  /** Called when the bytes are needed, for one file at a time. */
  readonly open: () => Promise<Readable | ReadableStream<Uint8Array>>;
}

/**
 * Returns a response with a ZIP of stored files: images are compressed already. Answers HEAD and If-None-Match without
 * opening a file, and ignores Range. When a file fails or has another size, the connection is cut before the announced
 * length is reached.
 */
export function zipResponse(
  c: Context,
  files: readonly ZipFile[],
  { fileName }: { readonly fileName: string },
): Response {
  const etag = zipEtag(files);
  const headers: Record<string, string> = {
    'accept-ranges': 'none',
    etag,
    'cache-control': 'private, no-cache',
    'content-type': 'application/zip',
    'content-disposition': formatContentDisposition('attachment', fileName),
    'x-content-type-options': 'nosniff',
  };
  if (matchesEtag(c.req.header('if-none-match'), etag)) return c.body(null, 304, headers);
  const names = safeNames(files.map(({ path }) => path));
  const entries = files.map((file, index) => ({ ...file, name: names[index] ?? file.path }));
  headers['content-length'] = String(zipLength(entries));
  return new Response(c.req.method === 'HEAD' ? null : zipStream(entries), { headers });
}

/** Returns a strong ETag: the same files in the same order make the same bytes. */
export function zipEtag(files: readonly Omit<ZipFile, 'open'>[]): string {
  const hash = createHash('sha256').update('zip 2');
  for (const { path, size, sha256, modified } of files) {
    hash.update(JSON.stringify([path, size, sha256, modified.getTime()]));
  }
  return `"${hash.digest('base64url')}"`;
}
