/** Reads and writes the bytes of files. */
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import type { Written } from '../object-store.ts';
import { explained } from './errors.ts';

/** Size of reads and writes, in bytes. Small chunks are collected: a write of 1 KB costs as much as one of 64 KB. */
export const BLOCK = 256 * 1024;

/** Hashes and counts bytes, and writes them in blocks. */
export async function digest(
  source: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
  write?: (block: Uint8Array) => Promise<unknown>,
): Promise<Written> {
  const hash = createHash('sha256');
  let checksum = 0;
  let size = 0;
  let waiting: Uint8Array[] = [];
  let held = 0;
  const flush = async () => {
    const [first] = waiting;
    if (first !== undefined) await write?.(waiting.length === 1 ? first : Buffer.concat(waiting));
    waiting = [];
    held = 0;
  };
  for await (const chunk of source) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    hash.update(bytes);
    checksum = crc32(bytes, checksum);
    size += bytes.length;
    held += bytes.length;
    waiting.push(bytes);
    if (held >= BLOCK) await flush();
  }
  await flush();
  return { size, sha256: hash.digest('hex'), crc32: checksum };
}

/**
 * Streams a part of an open file, both ends included, and closes the file. Unlike streams of node:fs, it reports a failing
 * disk as an error of the store.
 */
export function reading(handle: FileHandle, start: number, end: number, action: string): Readable {
  let position = start;
  return new Readable({
    highWaterMark: BLOCK,
    read(size) {
      const length = Math.min(size, end - position + 1);
      if (length <= 0) {
        this.push(null);
        return;
      }
      handle.read(Buffer.allocUnsafe(length), 0, length, position).then(
        ({ bytesRead, buffer }) => {
          position += bytesRead;
          this.push(bytesRead > 0 ? buffer.subarray(0, bytesRead) : null);
        },
        (error: unknown) => this.destroy(explained(error, action)),
      );
    },
    destroy(error, done) {
      handle.close().then(
        () => done(error),
        () => done(error),
      );
    },
  });
}

/** Closes the file when the work has ended. */
export async function closing<T>(handle: FileHandle, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await handle.close();
  }
}
