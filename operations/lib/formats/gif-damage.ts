/** Finds damage in the first frame of GIF files (GIF89a, section 22), which libvips passes over. */
import { readFile } from 'node:fs/promises';
import { findFirstFrame } from '../picture/gif-frame.ts';
import { countLzwSymbols } from './lzw.ts';

const DESCRIPTOR_BYTES = 10;

/** Codes have at most 12 bits. Some encoders write more than the 8 that colours need. */
const MAX_SYMBOL_BITS = 11;

/** @returns null also for a file that ends before the first frame, which libvips reports. */
export async function findGifDamage(path: string): Promise<'truncated' | 'contents' | null> {
  const bytes = await readFile(path);
  const frame = findFirstFrame(bytes);
  if (frame === null || frame + DESCRIPTOR_BYTES >= bytes.length) return null;
  const [width, height, flags = 0] = [
    bytes.readUInt16LE(frame + 5),
    bytes.readUInt16LE(frame + 7),
    bytes[frame + 9],
  ];
  const table = flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0;
  const start = frame + DESCRIPTOR_BYTES + table;
  const symbolBits = bytes[start] ?? 0;
  if (symbolBits < 1 || symbolBits > MAX_SYMBOL_BITS) return 'contents';
  const blocks: Buffer[] = [];
  let at = start + 1;
  for (let size = bytes[at] ?? 0; size > 0; size = bytes[at] ?? 0) {
    blocks.push(bytes.subarray(at + 1, at + 1 + size));
    at += size + 1;
  }
  const variant = { highestFirst: false, symbolBits, early: 0 } as const;
  const count = countLzwSymbols(Buffer.concat(blocks), variant, width * height);
  if (count === width * height) return null;
  return count !== null && count < width * height && at >= bytes.length ? 'truncated' : 'contents';
}
