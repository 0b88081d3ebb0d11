/** Finds the boxes of HEIF files: HEIC and AVIF (ISO/IEC 14496-12). */
import { type FileHandle, open } from 'node:fs/promises';
import { BoxReader } from './iso-box.ts';
import { MAX_METADATA_BYTES } from './png-metadata.ts';

/** Boxes in front of the one that is wanted. */
const MAX_BOXES = 100;

interface BoxContent {
  /** Position in the file, in bytes. */
  readonly at: number;
  /** Bytes, as the box states. */
  readonly size: number;
}

/** Finds the first box of a type outside all others; null without one. */
async function findBox(file: FileHandle, wanted: string): Promise<BoxContent | null> {
  const head = Buffer.alloc(16);
  for (let at = 0, count = 0; count < MAX_BOXES; count++) {
    const { bytesRead } = await file.read(head, 0, head.length, at);
    if (bytesRead < 8) return null;
    const short = head.readUInt32BE();
    const headBytes = short === 1 ? 16 : 8;
    // 0: up to the end of the file.
    const end =
      short === 0 ? (await file.stat()).size : at + (short === 1 ? Number(head.readBigUInt64BE(8)) : short);
    const size = end - at - headBytes;
    if (head.toString('latin1', 4, 8) === wanted) return { at: at + headBytes, size: Math.max(0, size) };
    if (size < 0) return null;
    at = end;
  }
  return null;
}

/** Returns the content of a box outside all others, as far as it is in the file; null without one. */
export async function readFileBox(
  file: FileHandle,
  type: string,
  { strict }: { strict: boolean },
): Promise<BoxReader | null> {
  const content = await findBox(file, type);
  if (!content) return null;
  const length = Math.min(content.size, MAX_METADATA_BYTES);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, content.at);
  return new BoxReader(buffer.subarray(0, bytesRead), strict);
}

/** Returns the content of the box `meta`, behind its version and flags; null without one. */
export async function readMeta(file: FileHandle, options: { strict: boolean }): Promise<BoxReader | null> {
  const meta = await readFileBox(file, 'meta', options);
  if (!meta || meta.left < 8) return null;
  meta.version();
  return meta;
}

/** @returns what completes "has too much metadata: …"; null for usual amounts. */
export async function findExcessMeta(path: string): Promise<string | null> {
  const file = await open(path);
  try {
    const { at = 0, size = 0 } = (await findBox(file, 'meta')) ?? {};
    const bytes = Math.min(size, (await file.stat()).size - at);
    return bytes > MAX_METADATA_BYTES ? `its box meta has ${bytes} bytes` : null;
  } finally {
    await file.close();
  }
}
