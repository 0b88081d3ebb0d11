/** Finds damage in frames of GIF files (GIF89a, section 22), which libvips passes over. */
import { readFile } from 'node:fs/promises';
import { findFirstFrame, findFrame } from '../picture/gif-frame.ts';
import { countLzwSymbols } from './lzw.ts';

const DESCRIPTOR_BYTES = 10;

/** Codes have at most 12 bits. Some encoders write more than the 8 that colours need. */
const MAX_SYMBOL_BITS = 11;

/**
 * @param frames - How many are checked.
 * @returns null also for a file that ends before the first frame, which libvips reports.
 */
export async function findGifDamage(path: string, frames = 1): Promise<'truncated' | 'contents' | null> {
  const bytes = await readFile(path);
  let at = findFirstFrame(bytes);
  for (let left = frames; left > 0; left--) {
    const isFirst = left === frames;
    if (at === null || at + DESCRIPTOR_BYTES >= bytes.length) return isFirst ? null : 'truncated';
    const { damage, end } = checkFrame(bytes, at);
    if (damage) return damage;
    at = findFrame(bytes, end);
  }
  return null;
}

function checkFrame(bytes: Buffer, frame: number): { damage: 'truncated' | 'contents' | null; end: number } {
  const [width, height] = [bytes.readUInt16LE(frame + 5), bytes.readUInt16LE(frame + 7)];
  const flags = bytes[frame + 9] ?? 0;
  const table = flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0;
  const start = frame + DESCRIPTOR_BYTES + table;
  const symbolBits = bytes[start] ?? 0;
  let at = start + 1;
  if (symbolBits < 1 || symbolBits > MAX_SYMBOL_BITS) return { damage: 'contents', end: at };
  const blocks: Buffer[] = [];
  for (let size = bytes[at] ?? 0; size > 0; size = bytes[at] ?? 0) {
    blocks.push(bytes.subarray(at + 1, at + 1 + size));
    at += size + 1;
  }
  const variant = { highestFirst: false, symbolBits, early: 0 } as const;
  const count = countLzwSymbols(Buffer.concat(blocks), variant, width * height);
  const isCut = count !== null && count < width * height && at >= bytes.length;
  const damage = count === width * height ? null : isCut ? 'truncated' : 'contents';
  return { damage, end: at + 1 };
}
