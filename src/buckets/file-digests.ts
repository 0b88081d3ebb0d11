/** Digests of a file that is uploaded in parts. */
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

/** Files up to this many bytes are sent in one request; larger ones in parts of at least this size. */
const PART_BYTES = 8 * 1024 * 1024;
const MOST_PARTS = 10_000;

export interface FileDigests {
  /** Bytes. */
  readonly size: number;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly partBytes: number;
  /** MD5 of each part. */
  readonly parts: readonly Buffer[];
}

/** Reads the file once, part by part. */
export async function digestFile(file: FileHandle, signal: AbortSignal): Promise<FileDigests> {
  const { size } = await file.stat();
  const partBytes = Math.max(PART_BYTES, Math.ceil(size / MOST_PARTS));
  const hash = createHash('sha256');
  const parts: Buffer[] = [];
  for (let start = 0; start < size || parts.length === 0; start += partBytes) {
    signal.throwIfAborted();
    const part = await readPart(file, start, Math.min(partBytes, size - start));
    hash.update(part);
    parts.push(createHash('md5').update(part).digest());
  }
  return { size, sha256: hash.digest('hex'), partBytes, parts };
}

export async function readPart(file: FileHandle, start: number, length: number): Promise<Buffer> {
  const part = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(part, filled, length - filled, start + filled);
    if (bytesRead === 0) throw new Error('A file became shorter while it was uploaded');
    filled += bytesRead;
  }
  return part;
}
