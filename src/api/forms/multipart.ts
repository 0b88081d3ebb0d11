/** Uploads: multipart/form-data (RFC 7578), read as a stream however large it is. */
import { setMaxListeners } from 'node:events';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { HttpBindings } from '@hono/node-server';
import { DarkroomError } from '../../errors.ts';
import { requireIdentity } from '../bodies/content-encoding.ts';
import { feed } from './feed.ts';
import { createParser, type Part } from './parser.ts';
import { malformed } from './part-head.ts';

export interface FormFile {
  /** The name of the part. */
  readonly field: string;
  /** The file's base name, without any folder; null when the client gave none. */
  readonly fileName: string | null;
  /** Type and subtype in lower case; `application/octet-stream` when the client did not say. */
  readonly mediaType: string;
}

export interface FormLimits {
  /** Bytes of one field. */
  readonly fieldBytes: number;
  /** Bytes of one file. */
  readonly fileBytes: number;
  /** Bytes of the whole body, boundaries and headers included. */
  readonly totalBytes: number;
  readonly files: number;
  readonly fields: number;
  /** Milliseconds for which the client may send nothing while it is its turn. */
  readonly idleMs: number;
}

export interface FormHandlers<T> {
  /**
   * Names of parts that are fields however they are sent, as a file or with a content type. Any other part is a
   * file when it has a file name, or a media type that is neither plain text nor JSON.
   */
  readonly fields: readonly string[];
  readonly onField: (name: string, text: string) => Promise<void> | void;
  /** Consumes `body`; what it leaves is discarded. When the upload fails, `signal` aborts and `body` is destroyed. */
  readonly onFile: (file: FormFile, body: Readable, signal: AbortSignal) => Promise<T>;
}

/**
 * Reads a form, one part after the other in the client's order, and never more than a chunk ahead of the handlers.
 * Returns what `onFile` returned. Nothing may have read the body before.
 *
 * Throws the first thing that goes wrong, once the handler under way has settled: what a handler throws,
 * `payload_too_large`, `malformed_form`, `unsupported_media_type`, `upload_timeout`, or `upload_interrupted` when the
 * client went away. The connection then closes after the answer, which reaches a client that is still sending.
 */
export async function readForm<T>(
  { incoming, outgoing }: HttpBindings,
  limits: FormLimits,
  handlers: FormHandlers<T>,
): Promise<T[]> {
  if (incoming.readableDidRead || incoming.readableFlowing !== null) {
    throw new Error('The body of a form was touched before readForm; see which middleware does that');
  }
  const stop = new AbortController();
  // Each part listens, and a chunk can hold many.
  setMaxListeners(0, stop.signal);
  const fail = (error: unknown) => stop.abort(error);
  const files: T[] = [];
  const count = { file: 0, field: 0 };
  /** Settles with the last part that has begun. Never rejects. */
  let parts: Promise<void> = Promise.resolve();
  /** The same, of all parts but the last. */
  let before = parts;

  const begin = ({ head, body: source }: Part) => {
    const { name, fileName, mediaType } = head;
    const kind = !handlers.fields.includes(name) && isFile(head) ? 'file' : 'field';
    if (++count[kind] > limits[`${kind}s`]) {
      throw tooLarge(`The form may have at most ${limits[`${kind}s`]} ${kind}s, and "${name}" is one more`);
    }
    const label = `The ${kind} "${name}"${fileName === null || kind === 'field' ? '' : ` (${fileName})`}`;
    const cap = limits[`${kind}Bytes`];
    const body = capped(source, cap, stop.signal, () =>
      fail(
        tooLarge(`${label} has more than ${cap} bytes, the most that a ${kind} may have (${settings[kind]})`),
      ),
    );
    const handle = async () => {
      if (kind === 'field') return handlers.onField(name, textOf(await buffer(body), label));
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

/** A part that can be abandoned: whatever becomes of it, its source is read to the end. */
function capped(source: Readable, cap: number, signal: AbortSignal, onExcess: () => void): Readable {
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
  // Its reader may not listen yet, or no longer.
  body.on('error', () => {});
  source.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > cap) onExcess();
    else if (!body.destroyed && !body.push(chunk)) source.pause();
  });
  source.once('end', () => body.push(null));
  return body;
}

function textOf(bytes: Buffer, label: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw malformed(`${label} is not UTF-8`, cause);
  }
}

/** Where the operator sets the limits of one part. */
const settings = { file: 'DARKROOM_MAX_ASSET_BYTES', field: 'DARKROOM_MAX_BODY_BYTES' } as const;

const tooLarge = (message: string): DarkroomError => new DarkroomError('payload_too_large', message);
