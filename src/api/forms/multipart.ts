/** Uploads: multipart/form-data (RFC 7578), read as a stream. */
import { setMaxListeners } from 'node:events';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { HttpBindings } from '@hono/node-server';
import { DarkroomError } from '../../errors.ts';
import { requireIdentity } from '../bodies/content-encoding.ts';
import type { BodyMeter } from '../limits/bytes-in-flight.ts';
import { feed } from './feed.ts';
import { createParser, type Part } from './parser.ts';
import { malformed } from './part-head.ts';

export interface FormFile {
  /** The name of the part. */
  readonly field: string;
  /** The base name of the file; null if the client sent none. */
  readonly fileName: string | null;
  /** Type and subtype in lower case; default: `application/octet-stream`. */
  readonly mediaType: string;
}

export interface FormLimits {
  /** Bytes of one field. */
  readonly fieldBytes: number;
  /** Bytes of one file. */
  readonly fileBytes: number;
  /** Bytes of the body, with boundaries and headers. */
  readonly totalBytes: number;
  readonly files: number;
  readonly fields: number;
  /** Milliseconds that the client may be silent while the server waits for it. */
  readonly idleMs: number;
}

export interface FormHandlers<T> {
  /**
   * Names of parts that are always fields, even with a file name or a media type. Another part is a file if it has a file
   * name, or a media type other than plain text and JSON.
   */
  readonly fields: readonly string[];
  readonly onField: (name: string, text: string) => Promise<void> | void;
  /** Consumes `body`; the rest is discarded. If the upload fails, `signal` aborts and `body` is destroyed. */
  readonly onFile: (file: FormFile, body: Readable, signal: AbortSignal) => Promise<T>;
}

/**
 * Reads a form, one part at a time in the client's order, and at most one chunk ahead of the handlers. Nothing may have read
 * the body before. Throws the first error once the running handler has settled; the connection then closes after the
 * response, which also reaches a client that is still sending.
 *
 * @returns what `onFile` returned
 * @throws payload_too_large, too_many_uploads, malformed_form, unsupported_media_type, upload_timeout; upload_interrupted if the client
 * disconnects; what a handler throws
 */
export async function readForm<T>(
  { incoming, outgoing, body: meter }: HttpBindings & { readonly body?: BodyMeter },
  limits: FormLimits,
  handlers: FormHandlers<T>,
): Promise<T[]> {
  if (incoming.readableDidRead || incoming.readableFlowing !== null) {
    throw new Error('A middleware read the body of a form before readForm');
  }
  const stop = new AbortController();
  // Each part adds a listener, and a chunk can contain many parts.
  setMaxListeners(0, stop.signal);
  const fail = (error: unknown) => stop.abort(error);
  const files: T[] = [];
  const count = { file: 0, field: 0 };
  /** Settles with the last part that has started. Never rejects. */
  let parts: Promise<void> = Promise.resolve();
  /** Settles with the part before the last one. */
  let before = parts;

  const begin = ({ head, body: source }: Part) => {
    const { name, fileName, mediaType } = head;
    const kind = !handlers.fields.includes(name) && isFile(head) ? 'file' : 'field';
    if (++count[kind] > limits[`${kind}s`]) {
      throw tooLarge(`The form may have at most ${limits[`${kind}s`]} ${kind}s, and "${name}" is one more`);
    }
    const label = `The ${kind} "${name}"${fileName === null || kind === 'field' ? '' : ` (${fileName})`}`;
    const cap = limits[`${kind}Bytes`];
    const body = limitPart(source, cap, stop.signal, () =>
      fail(
        tooLarge(`${label} has more than ${cap} bytes, the most that a ${kind} may have (${settings[kind]})`),
      ),
    );
    const handle = async () => {
      if (kind === 'field') return handlers.onField(name, decodeText(await buffer(body), label));
      const file = { field: name, fileName, mediaType: mediaType ?? 'application/octet-stream' };
      files.push(await handlers.onFile(file, body, stop.signal));
    };
    before = parts;
    parts = parts
      .then(() => (stop.signal.aborted ? undefined : handle()))
      .catch(fail)
      .finally(() => body.destroy());
  };

  try {
    requireIdentity(incoming.headers['content-encoding']);
    const parser = createParser(incoming.headers['content-type'], begin, fail);
    const announced = Number(incoming.headers['content-length'] ?? 0);
    let total = 0;
    const checkTotal = (bytes: number) => {
      if (bytes > limits.totalBytes)
        throw tooLarge(
          `The form may have at most ${limits.totalBytes} bytes in all (DARKROOM_MAX_UPLOAD_BYTES)`,
        );
    };
    checkTotal(announced);
    await feed(incoming, { idleMs: limits.idleMs, stop: stop.signal }, async (chunk) => {
      total += chunk.length;
      checkTotal(total);
      meter?.add(chunk.length);
      await parser.write(chunk);
      await before;
    });
    await parser.end();
  } catch (error) {
    fail(error);
  }
  await parts;
  if (!stop.signal.aborted) return files;
  if (!incoming.readableEnded && !outgoing.headersSent) outgoing.setHeader('connection', 'close');
  throw stop.signal.reason;
}

const isFile = ({ hasFileName, mediaType }: Part['head']): boolean =>
  hasFileName || (mediaType !== null && !['text/plain', 'application/json'].includes(mediaType));

/** Returns a part that may be left unread: its source is read to the end in any case. */
function limitPart(source: Readable, cap: number, signal: AbortSignal, onExcess: () => void): Readable {
  let bytes = 0;
  const body = new Readable({
    read: () => void source.resume(),
    destroy: (error, done) => {
      signal.removeEventListener('abort', abort);
      source.resume();
      done(error);
    },
  });
  const abort = () => body.destroy(signal.reason as Error);
  signal.addEventListener('abort', abort);
  // Its reader may not listen yet, or no more.
  body.on('error', () => {});
  source.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > cap) onExcess();
    else if (!body.destroyed && !body.push(chunk)) source.pause();
  });
  source.once('end', () => body.push(null));
  return body;
}

function decodeText(bytes: Buffer, label: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw malformed(`${label} is not UTF-8`, cause);
  }
}

/** The settings of the limits of one part. */
const settings = { file: 'DARKROOM_MAX_ASSET_BYTES', field: 'DARKROOM_MAX_BODY_BYTES' } as const;

const tooLarge = (message: string): DarkroomError => new DarkroomError('payload_too_large', message);
