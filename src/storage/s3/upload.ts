/** Writes bytes to S3: in one request if they fit into a part, otherwise as a multipart upload. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { AbortMultipartUploadCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { abortable } from '../abortable.ts';
import type { Written } from '../object-store.ts';
import type { S3Connection } from './connection.ts';

/** With at most 10,000 parts, a stream of unknown length may have 80 GB. Most photographs fit into one part. */
const PART_BYTES = 8 * 1024 * 1024;
const MOST_PARTS = 10_000;
/** Parts that are sent concurrently, while the next one is collected. */
const AT_ONCE = 2;
/** Limit for the cleanup after an error. */
const TIDY_MS = 10_000;

interface UploadOptions {
  readonly key: string;
  readonly mediaType?: string | undefined;
  /** Bytes, if known. */
  readonly size?: number;
  readonly signal?: AbortSignal | undefined;
  /** As in `S3Connection.send`. */
  readonly action: string;
}

/** Destroys `source` on failure. Throws errors of `source` unchanged, and the signal's reason after an abort. */
export async function upload(
  connection: S3Connection,
  source: Readable,
  { key, mediaType, size = 0, signal, action }: UploadOptions,
): Promise<Written> {
  const meter = new Meter(source, signal);
  const sending = new Upload({
    client: createUploadClient(connection, action, signal),
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
    // Not by `Upload`: its abort leaves the parts that are in flight, and its cleanup would stop at the signal.
    if (sending.uploadId !== undefined) await abortUpload(connection, key, sending.uploadId);
    if (signal?.aborted) throw signal.reason;
    throw meter.broken ? meter.broken.error : error;
  }
}

/** Hashes and counts bytes, and records an error of the source. */
class Meter {
  readonly body: Readable;
  broken: { readonly error: unknown } | null = null;
  readonly #hash = createHash('sha256');
  #crc32 = 0;
  #size = 0;

  constructor(source: Readable, signal: AbortSignal | undefined) {
    this.body = Readable.from(this.#pass(abortable(source, signal)), { highWaterMark: 1 });
  }

  written(): Written {
    return { size: this.#size, sha256: this.#hash.digest('hex'), crc32: this.#crc32 };
  }

  async *#pass(source: AsyncIterable<Uint8Array | string>): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of source) {
        const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
        this.#hash.update(bytes);
        this.#crc32 = crc32(bytes, this.#crc32);
        this.#size += bytes.length;
        yield bytes;
      }
    } catch (error) {
      this.broken = { error };
      throw error;
    }
  }
}

/** A client with signal and timeout: `Upload` sets neither. */
function createUploadClient(
  connection: S3Connection,
  action: string,
  signal: AbortSignal | undefined,
): S3Client {
  const send = (command: Parameters<S3Client['send']>[0]) =>
    connection.send(action, (client, options) => client.send(command, options), { signal });
  return Object.assign(Object.create(connection.client) as S3Client, { send });
}

/** Never throws. What remains is removed a day later. */
async function abortUpload(connection: S3Connection, key: string, UploadId: string): Promise<void> {
  const command = new AbortMultipartUploadCommand({ Bucket: connection.bucket, Key: key, UploadId });
  await connection
    .send('tidy up', (client, options) => client.send(command, options), { timeoutMs: TIDY_MS })
    .catch(() => {});
}
