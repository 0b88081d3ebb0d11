/** Digests of bytes on their way into a store, or out of it. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Written } from './object-store.ts';

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
