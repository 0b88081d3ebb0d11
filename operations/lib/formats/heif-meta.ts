/** Finds the metadata of HEIF files: HEIC and AVIF (ISO/IEC 14496-12). */
import { type FileHandle, open } from 'node:fs/promises';
import { BoxReader } from './iso-box.ts';
import { MAX_METADATA_BYTES } from './png-metadata.ts';

/** Boxes in front of the one that is wanted. */
const MAX_BOXES = 100;

/** Returns where the box `meta` is, and what it says is its size in bytes; null without one. */
async function findMeta(file: FileHandle): Promise<{ at: number; size: number } | null> {
  const head = Buffer.alloc(16);
  for (let at = 0, count = 0; count < MAX_BOXES; count++) {
    const { bytesRead } = await file.read(head, 0, head.length, at);
    if (bytesRead < 8) return null;
    const short = head.readUInt32BE();
    const size = short === 1 ? Number(head.readBigUInt64BE(8)) : short;
    if (head.toString('latin1', 4, 8) === 'meta') return { at, size };
    if (size < 8) return null;
    at += size;
  }
  return null;
}

/** Returns the content of the box `meta`, behind its version and flags; null without one. */
export async function readMeta(file: FileHandle): Promise<BoxReader | null> {
  const place = await findMeta(file);
  const length = Math.min(place?.size ?? 0, MAX_METADATA_BYTES);
  if (!place || length < 20) return null;
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, place.at);
  // `findMeta` has seen the header of 8 bytes, or 16 with a long size.
  return new BoxReader(buffer.subarray(buffer.readUInt32BE(0) === 1 ? 20 : 12, bytesRead));
}

/** @returns what completes "has too much metadata: …"; null for usual amounts. */
export async function findExcessMeta(path: string): Promise<string | null> {
  const file = await open(path);
  try {
    const { at = 0, size = 0 } = (await findMeta(file)) ?? {};
    const bytes = Math.min(size, (await file.stat()).size - at);
    return bytes > MAX_METADATA_BYTES ? `its box meta has ${bytes} bytes` : null;
  } finally {
    await file.close();
  }
}
