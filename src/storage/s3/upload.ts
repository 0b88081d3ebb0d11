/** Bytes on their way into S3: one request if they fit into a part, else an upload of several parts. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { AbortMultipartUploadCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { abortable } from '../abortable.ts';
import type { Written } from '../object-store.ts';
import type { S3Connection } from './connection.ts';

/** S3 takes 10,000 parts, so a stream of unknown length may have 80 GB. Most photographs fit into one. */
const PART_BYTES = 8 * 1024 * 1024;
const MOST_PARTS = 10_000;
/** Parts on their way side by side, while the next one is gathered. */
const AT_ONCE = 2;
/** For tidying up, while somebody waits to hear of an error. */
const TIDY_MS = 10_000;

interface UploadOptions {
  readonly key: string;
  readonly mediaType?: string | undefined;
  /** Bytes, where they are known beforehand. */
  readonly size?: number;
  readonly signal?: AbortSignal | undefined;
  /** As in `S3Connection.ask`. */
  readonly action: string;
}

/** Closes `source`, whose error it throws as it is. After an abort it throws the signal's reason. */
export async function upload(
  connection: S3Connection,
  source: Readable,
  { key, mediaType, size = 0, signal, action }: UploadOptions,
): Promise<Written> {
  const meter = new Meter(source, signal);
  const sending = new Upload({
    client: asking(connection, action, signal),
    params: { Bucket: connection.bucket, Key: key, ContentType: mediaType, Body: meter.body },
    partSize: Math.max(PART_BYTES, Math.ceil(size / MOST_PARTS)),
    queueSize: AT_ONCE,
    leavePartsOnError: true,
  });
  try {
    signal?.throwIfAborted();
    await sending.done();
    return meter.written();
  } catch (error) {
    source.destroy();
    // Not by `Upload`: its abort leaves the parts that are under way, and its tidying up would heed the signal.
    if (sending.uploadId !== undefined) await forget(connection, key, sending.uploadId);
    if (signal?.aborted) throw signal.reason;
    throw meter.broken ? meter.broken.error : error;
  }
}

/** Hashes and counts what passes, and remembers what went wrong before it. */
class Meter {
  readonly body: Readable;
  broken: { readonly error: unknown } | null = null;
  readonly #hash = createHash('sha256');
  #size = 0;

  constructor(source: Readable, signal: AbortSignal | undefined) {
    this.body = Readable.from(this.#pass(abortable(source, signal)), { highWaterMark: 1 });
  }

  written(): Written {
    return { size: this.#size, sha256: this.#hash.digest('hex') };
  }

  async *#pass(source: AsyncIterable<Uint8Array | string>): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of source) {
        const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
        this.#hash.update(bytes);
        this.#size += bytes.length;
        yield bytes;
      }
    } catch (error) {
      this.broken = { error };
      throw error;
    }
  }
}

/** `Upload` gives its requests no signal and no timeoutMs. */
function asking(connection: S3Connection, action: string, signal: AbortSignal | undefined): S3Client {
  const send = (command: Parameters<S3Client['send']>[0]) =>
    connection.ask(action, (client, options) => client.send(command, options), { signal });
  return Object.assign(Object.create(connection.client) as S3Client, { send });
}

/** As well as it can: what stays is swept a day later. */
async function forget(connection: S3Connection, key: string, UploadId: string): Promise<void> {
  const command = new AbortMultipartUploadCommand({ Bucket: connection.bucket, Key: key, UploadId });
  await connection
    .ask('tidy up', (client, options) => client.send(command, options), { timeoutMs: TIDY_MS })
    .catch(() => {});
}
