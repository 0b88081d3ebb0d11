/** Several files as one ZIP over HTTP, made while it is sent. */
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Context } from 'hono';
import { formatContentDisposition } from '../../lib/content-disposition.ts';
import { matchesEtag } from '../files/file-response.ts';
import { safeNames } from './names.ts';
import { zipLength, zipStream } from './stream.ts';

export interface ZipFile {
  /** With slashes; what is unsafe or not unique is changed. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Hexadecimal, of the content. */
  readonly sha256: string;
  readonly modified: Date;
  /** Called when its turn has come, for one file at a time. */
  readonly open: () => Promise<Readable | ReadableStream<Uint8Array>>;
}

/**
 * The files are stored, not compressed: images are already. Answers HEAD and If-None-Match without opening any, and takes no
 * Range. When a file fails, or is not of its size, the connection is cut before the announced length is reached.
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

/** A strong ETag: the same files, in the same order, make the same bytes. */
export function zipEtag(files: readonly Omit<ZipFile, 'open'>[]): string {
  const hash = createHash('sha256').update('zip 1');
  for (const { path, size, sha256, modified } of files) {
    hash.update(JSON.stringify([path, size, sha256, modified.getTime()]));
  }
  return `"${hash.digest('base64url')}"`;
}
