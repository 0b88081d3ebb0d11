/** Detects tiled TIFF files by their header, which sharp does not report. */
import { type FileHandle, open } from 'node:fs/promises';

const TILE_WIDTH = 322;
const MAX_ENTRIES = 4096;

/** Returns true if the first picture of the file is tiled; false for anything else. */
export async function isTiled(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    return (await readTags(file)).includes(TILE_WIDTH);
  } finally {
    await file.close();
  }
}

/** Reads the tags of the first directory, of TIFF or BigTIFF. */
async function readTags(file: FileHandle): Promise<number[]> {
  const head = await read(file, 0, 16);
  if (!head) return [];
  const little = head.toString('latin1', 0, 2) === 'II';
  const number = (from: Buffer, at: number, bytes: number): number => {
    if (bytes === 8) return Number(little ? from.readBigUInt64LE(at) : from.readBigUInt64BE(at));
    return little ? from.readUIntLE(at, bytes) : from.readUIntBE(at, bytes);
  };
  const version = number(head, 2, 2);
  if ((!little && head.toString('latin1', 0, 2) !== 'MM') || (version !== 42 && version !== 43)) return [];
  const big = version === 43;
  const start = big ? number(head, 8, 8) : number(head, 4, 4);
  const [countBytes, entryBytes] = big ? [8, 20] : [2, 12];
  const count = await read(file, start, countBytes);
  if (!count) return [];
  const entries = Math.min(MAX_ENTRIES, number(count, 0, countBytes));
  const directory = await read(file, start + countBytes, entries * entryBytes);
  if (!directory) return [];
  return Array.from({ length: entries }, (_, entry) => number(directory, entry * entryBytes, 2));
}

/** Null when the file is shorter. */
async function read(file: FileHandle, at: number, length: number): Promise<Buffer | null> {
  if (!Number.isSafeInteger(at)) return null;
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at);
  return bytesRead === length ? buffer : null;
}
