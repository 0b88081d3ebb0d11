/** Compressed request bodies (RFC 9110, section 8.4). */
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';
import type { MiddlewareHandler } from 'hono';
import { DarkroomError } from '../../errors.ts';
import { isForm } from './media-type.ts';

type Decode = (body: ArrayBuffer, options: { maxOutputLength: number }) => Promise<Buffer<ArrayBuffer>>;

const gzip = promisify(gunzip) as Decode;
const zlib = promisify(inflate) as Decode;
const raw = promisify(inflateRaw) as Decode;

/** Some clients send `deflate` without the zlib header, whose first byte has 8 in its lower half. */
const deflate: Decode = (body, options) =>
  ((new Uint8Array(body)[0] ?? 0) & 0x0f) === 8 ? zlib(body, options) : raw(body, options);

const decoders: Readonly<Record<string, Decode>> = {
  gzip,
  'x-gzip': gzip,
  deflate,
  br: promisify(brotliDecompress) as Decode,
};

const ACCEPTED = 'gzip, deflate, br';

/**
 * Middleware that decompresses request bodies. Forms are left alone, because they are streamed.
 *
 * @param maxBytes limit of the decompressed body
 * @param createTooLarge creates the error for a larger one
 */
export const decodeBody =
  (maxBytes: number, createTooLarge: () => DarkroomError): MiddlewareHandler =>
  async (c, next) => {
    const encodings = parseEncodings(c.req.header('content-encoding'));
    if (encodings.length === 0 || isForm(c.req.header('content-type')) || !c.req.raw.body) return next();
    const [encoding = ''] = encodings;
    const decode = encodings.length === 1 ? decoders[encoding] : undefined;
    if (!decode) {
      c.header('accept-encoding', ACCEPTED);
      const detail = `Send the body as it is or in one of ${ACCEPTED}, not in ${encodings.join(', ')}`;
      throw new DarkroomError('unsupported_media_type', detail);
    }
    const encoded = await c.req.raw.arrayBuffer();
    const body =
      encoded.byteLength === 0
        ? encoded
        : await decodeWithin(maxBytes, encoded, decode, encoding, createTooLarge);
    const headers = new Headers(c.req.raw.headers);
    headers.delete('content-encoding');
    headers.set('content-length', String(body.byteLength));
    const { url, method, signal } = c.req.raw;
    c.req.raw = new Request(url, { method, headers, body, signal });
    return next();
  };

/** Returns the encodings other than `identity` in lower case. */
const parseEncodings = (header = ''): string[] =>
  header
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');

async function decodeWithin(
  maxOutputLength: number,
  encoded: ArrayBuffer,
  decode: Decode,
  encoding: string,
  createTooLarge: () => DarkroomError,
): Promise<Buffer<ArrayBuffer>> {
  try {
    return await decode(encoded, { maxOutputLength });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw createTooLarge();
    throw new DarkroomError('malformed_json', `The body is not valid ${encoding}`, { cause });
  }
}

/**
 * Accepts only the encoding `identity`.
 *
 * @param encoding the header `Content-Encoding`
 * @throws unsupported_media_type
 */
export function requireIdentity(encoding?: string): void {
  if (parseEncodings(encoding).length === 0) return;
  throw new DarkroomError('unsupported_media_type', `Send the body as it is, without ${encoding}`);
}
