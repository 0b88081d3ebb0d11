/** Reads and writes chunks of PNG files (ISO/IEC 15948). */
import { fstatSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { crc32, deflateSync } from 'node:zlib';
import { CUT_OFF } from './damage.ts';

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
/** Bytes of the first chunk, which is always IHDR. */
const HEADER_CHUNK = 25;
const BLOCK = 1024 * 1024;

/** What is wrong with the chunks of a file. The text completes "is damaged: …". */
export type PngDamage = readonly [damage: 'checksum' | 'truncated', why: string];

/**
 * Compares the checksums of all chunks up to the end of the picture.
 *
 * @param matters - Whether a chunk counts, by its type. Default: all do.
 * @returns null when they match, and for a file that is no PNG.
 */
export async function findPngDamage(
  path: string,
  matters: (type: string) => boolean = () => true,
): Promise<PngDamage | null> {
  const file = await open(path);
  try {
    const { buffer: signature } = await file.read(Buffer.alloc(8), 0, 8, 0);
    if (!signature.equals(SIGNATURE)) return null;
    for (const { type, at, end } of readChunkHeads(file)) {
      let checksum = 0;
      // The checksum includes the type.
      for (let from = at + 4; from < end - 4; from += BLOCK) {
        const block = Buffer.alloc(Math.min(BLOCK, end - 4 - from));
        await file.read(block, 0, block.length, from);
        checksum = crc32(block, checksum);
      }
      const { buffer: stored } = await file.read(Buffer.alloc(4), 0, 4, end - 4);
      if (stored.readUInt32BE(0) !== checksum && matters(type))
        return ['checksum', `the checksum of its chunk ${printable(type)} does not match`];
      if (type === 'IEND') return null;
    }
    return ['truncated', CUT_OFF];
  } finally {
    await file.close();
  }
}

interface ChunkHead {
  readonly type: string;
  /** Bytes from the start of the file: the chunk, and what follows it. */
  readonly at: number;
  readonly end: number;
}

/** Lists the complete chunks of a PNG file, up to IEND. Thousands of small reads are fast only if they are synchronous. */
export function* readChunkHeads({ fd }: FileHandle): Generator<ChunkHead> {
  const { size } = fstatSync(fd);
  const head = Buffer.alloc(8);
  for (let at = SIGNATURE.length; at + 12 <= size; ) {
    readSync(fd, head, 0, 8, at);
    const end = at + 12 + head.readUInt32BE(0);
    if (end > size) return;
    const type = head.toString('latin1', 4);
    yield { type, at, end };
    if (type === 'IEND') return;
    at = end;
  }
}

const printable = (type: string): string => (/^[A-Za-z]{4}$/.test(type) ? type : 'of an unknown type');

/** Returns the bytes of a PNG file with a colour profile added behind its header. */
export function addProfile(png: Buffer, icc: Buffer): Buffer {
  const start = SIGNATURE.length + HEADER_CHUNK;
  const content = Buffer.concat([Buffer.from('ICC\0\0', 'latin1'), deflateSync(icc)]);
  return Buffer.concat([png.subarray(0, start), buildChunk('iCCP', content), png.subarray(start)]);
}

function buildChunk(type: string, content: Buffer): Buffer {
  const chunk = Buffer.alloc(12 + content.length);
  chunk.writeUInt32BE(content.length, 0);
  chunk.write(type, 4, 'latin1');
  content.copy(chunk, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + content.length)), 8 + content.length);
  return chunk;
}
