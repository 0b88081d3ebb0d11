/** Reads the bytes of files. */
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { BLOCK } from '../digest.ts';
import { explained } from './errors.ts';

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
