/** EXIF and XMP data behind the pixels of a PNG file (PNG, third edition, 11.3.4 and 11.3.6), where libvips does not look. */
import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { readChunkHeads } from './png.ts';

const XMP = Buffer.from('XML:com.adobe.xmp\0', 'latin1');

/** Bytes of a file: the first one, and the one behind the last. */
interface Part {
  readonly start: number;
  readonly end: number;
}

/**
 * Writes a copy of the file with the metadata in front of the pixels.
 *
 * @returns whether the file has metadata behind its pixels; otherwise no copy was written.
 */
export async function moveLateMetadata(path: string, copy: string): Promise<boolean> {
  const file = await open(path);
  try {
    const found = await findLateMetadata(file);
    if (!found) return false;
    const { pixels, late } = found;
    await pipeline(async function* () {
      yield* read(path, { start: 0, end: pixels });
      for (const part of late) yield* read(path, part);
      let start = pixels;
      for (const part of late) {
        yield* read(path, { start, end: part.start });
        start = part.end;
      }
      yield* createReadStream(path, { start });
    }, createWriteStream(copy));
    return true;
  } finally {
    await file.close();
  }
}

async function* read(path: string, { start, end }: Part): AsyncGenerator<Buffer> {
  // The position of the last byte is part of the range.
  if (end > start) yield* createReadStream(path, { start, end: end - 1 });
}

/** Returns where the pixels begin and which chunks belong in front of them; null if there are none. */
async function findLateMetadata(file: FileHandle): Promise<{ pixels: number; late: Part[] } | null> {
  let pixels: number | null = null;
  const seen = new Set<string>();
  const late: Part[] = [];
  for (const { type, at, end } of readChunkHeads(file)) {
    if (type === 'IDAT') pixels ??= at;
    const kind = type === 'iTXt' && (await isXmp(file, at)) ? 'XMP' : type;
    if (kind !== 'eXIf' && kind !== 'XMP') continue;
    if (pixels !== null && !seen.has(kind)) late.push({ start: at, end });
    seen.add(kind);
  }
  return pixels !== null && late.length > 0 ? { pixels, late } : null;
}

async function isXmp(file: FileHandle, at: number): Promise<boolean> {
  const { buffer } = await file.read(Buffer.alloc(XMP.length), 0, XMP.length, at + 8);
  return buffer.equals(XMP);
}
