/** Opens a local file that becomes an object. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';

const BLOCK = 256 * 1024;

export interface LocalFile {
  /** Closes the file at its end or when it is destroyed. */
  readonly source: Readable;
  /** Bytes. */
  readonly size: number;
}

/** Throws TypeError unless it is a regular file: a command that processed untrusted images may have left a symbolic link. */
export async function openLocalFile(path: string): Promise<LocalFile> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(path, flags).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new TypeError('There is no such file to adopt', { cause: error });
    if (error.code === 'ELOOP') throw notRegular(error);
    throw error;
  });
  try {
    const entry = await handle.stat();
    if (!entry.isFile()) throw notRegular();
    return { source: handle.createReadStream({ highWaterMark: BLOCK }), size: entry.size };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

const notRegular = (cause?: unknown): TypeError =>
  new TypeError('What is to be adopted is not a regular file', { cause });
