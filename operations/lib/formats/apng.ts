/** Animations in PNG files (PNG, third edition, 11.3.6). libvips reads their still picture alone. */
import { type FileHandle, open } from 'node:fs/promises';
import type { PictureSet } from './picture-set.ts';
import { readChunkHeads } from './png.ts';

/** Hundredths of a second, where a file says 0. */
const DEFAULT_DENOMINATOR = 100;

/** @returns null for a file without an animation. */
export async function readPngAnimation(path: string): Promise<PictureSet | null> {
  const file = await open(path);
  try {
    let control: Buffer | null = null;
    let duration = 0;
    /** Whether the still picture is the first frame, because it has the control chunk of a frame. */
    let isFrame = false;
    let hasPixels = false;
    for (const { type, at } of readChunkHeads(file)) {
      if (type === 'IDAT' && control === null) return null;
      hasPixels ||= type === 'IDAT';
      if (type === 'acTL') control ??= await readContent(file, at, 8);
      if (type !== 'fcTL') continue;
      isFrame ||= !hasPixels;
      const delay = await readContent(file, at + 20, 4);
      duration += (1000 * delay.readUInt16BE(0)) / (delay.readUInt16BE(2) || DEFAULT_DENOMINATOR);
    }
    const frames = control?.readUInt32BE(0) ?? 0;
    if (!control || frames === 0) return null;
    return {
      count: frames + (isFrame ? 0 : 1),
      kind: 'frames',
      opened: isFrame ? 'the first of them' : 'its still picture',
      animation: { loop: control.readUInt32BE(4), duration_ms: Math.round(duration) },
    };
  } finally {
    await file.close();
  }
}

/** @param at - Where a chunk begins. */
async function readContent(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const { buffer } = await file.read(Buffer.alloc(length), 0, length, at + 8);
  return buffer;
}
