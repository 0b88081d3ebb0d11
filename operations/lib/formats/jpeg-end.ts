/** Completes JPEG files that lack only their end marker, as every viewer does. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import sharp, { type FailOnOptions } from 'sharp';
import { hasEndMarker, readSegments } from './jpeg.ts';

/** Larger files are not held in memory. */
const MAX_BYTES = 512 * 1024 * 1024;

const START = Buffer.from([0xff, 0xd8]);
const END = Buffer.from([0xff, 0xd9]);
/** Decodes to something else than missing data, which libjpeg takes for zeros. */
const FILLER = Buffer.alloc(64, Buffer.from([0x2a, 0x95, 0x5c, 0xd3]));
/** Rows of pixels at the bottom in which data may be missing without a warning: a row of blocks, and what is read ahead. */
const LAST_ROWS = 64;

/**
 * Writes a copy with an end marker.
 *
 * @returns False if the file has an end marker, or if pixels are missing, too.
 */
export async function addEndMarker(path: string, output: string): Promise<boolean> {
  if ((await stat(path)).size > MAX_BYTES) return false;
  const bytes = await readFile(path);
  if (!bytes.subarray(0, 2).equals(START) || hasEndMarker(bytes)) return false;
  const data = bytes.at(-1) === 0xff ? bytes.subarray(0, -1) : bytes;
  const ended = Buffer.concat([data, END]);
  if (!hasAllScans(ended) || !(await isDecodable(ended))) return false;
  // The last pixels depend on what follows the data only if some of the data is missing.
  const filled = Buffer.concat([data, FILLER, END]);
  if (!(await readLastRows(ended)).equals(await readLastRows(filled))) return false;
  await writeFile(output, ended);
  return true;
}

/** Decodes the whole picture. Warnings about missing data are errors here. */
const isDecodable = (bytes: Buffer): Promise<boolean> =>
  readLastRows(bytes, 'warning').then(
    () => true,
    () => false,
  );

async function readLastRows(bytes: Buffer, failOn: FailOnOptions = 'none'): Promise<Buffer> {
  const { width, height } = await sharp(bytes).metadata();
  const rows = Math.min(height, LAST_ROWS);
  const bottom = { left: 0, top: height - rows, width, height: rows };
  return sharp(bytes, { failOn }).extract(bottom).raw().toBuffer();
}

/**
 * Whether the scans of a progressive JPEG cover all coefficients of all components in full precision; a file that is cut off
 * between two scans lacks some. True for other JPEG files.
 */
function hasAllScans(bytes: Buffer): boolean {
  const missing = new Map<number, Set<number>>();
  for (const { marker, content } of readSegments(bytes, { allScans: true })) {
    if (marker === 0xc2)
      for (let component = 0; component < (content[5] ?? 0); component++)
        missing.set(content[6 + 3 * component] ?? 0, new Set(Array.from({ length: 64 }, (_, k) => k)));
    if (marker !== 0xda) continue;
    const components = content[0] ?? 0;
    const [from = 0, to = 0, precision = 0] = content.subarray(1 + 2 * components);
    if ((precision & 15) !== 0) continue;
    for (let component = 0; component < components; component++)
      for (let k = from; k <= to; k++) missing.get(content[1 + 2 * component] ?? 0)?.delete(k);
  }
  return [...missing.values()].every((coefficients) => coefficients.size === 0);
}
