/** Finds damage in the compressed data of TIFF pictures, which libtiff does not report or libvips passes over. */
import { constants, createInflate } from 'node:zlib';
import { decodeFile, type SourceFile } from '../image-source.ts';
import { findScanDamage } from './jpeg-scan.ts';
import { countLzwSymbols } from './lzw.ts';
import { TiffFile } from './tiff-file.ts';
import { readLayout } from './tiff-layout.ts';
import { isEmpty, listParts, type TiffPart } from './tiff-parts.ts';

/** Whether the data of a part decodes to what the picture needs. */
type Check = (data: Buffer, part: TiffPart) => boolean | Promise<boolean>;

/** Compressions whose data can be checked, by number. */
const checks: Readonly<Record<number, Check>> = {
  5: checkLzw,
  8: checkDeflate,
  32946: checkDeflate,
  32773: checkPackBits,
};

const JPEG = 7;

/** CCITT. libtiff fills what it cannot decode with white, and warns. */
const FAX = [2, 3, 4, 32771];
const FAX_WARNING = /Premature EOL|Line length mismatch|Bad code word|Uncompressed data|without EOL/;

/** Larger parts are not held in memory, and not checked. */
const MAX_PART_BYTES = 512 * 1024 * 1024;

/** Bytes of tables that JPEG parts share. */
const MAX_TABLES = 64 * 1024;

/**
 * @returns what completes "is damaged: …"; null when no damage shows.
 */
export const findTiffDamage = (path: string, source: SourceFile): Promise<string | null> =>
  TiffFile.use(path, async (file) => {
    const directory = file?.find(source);
    if (!file || !directory) return null;
    const layout = readLayout(directory);
    if (FAX.includes(layout.compression))
      return (await hasFaxWarning(source)) ? 'lines of it cannot be decoded' : null;
    let check = checks[layout.compression];
    if (layout.compression === JPEG) {
      const place = directory.place('jpegTables');
      const tables = place ? file.read(place.at, Math.min(place.length, MAX_TABLES)) : null;
      check = (data) => findScanDamage(data, tables ?? undefined) === null;
    }
    const parts = check ? listParts(directory, layout) : null;
    if (!check || !parts) return null;
    const reversesBits = directory.number('fillOrder', 1) === 2 && layout.compression !== JPEG;
    let damaged = 0;
    for (const part of parts) {
      if (isEmpty(part)) continue;
      const length = part.length ?? 0;
      const data = length > MAX_PART_BYTES ? null : file.read(part.offset, length);
      if (!data) continue;
      if (!(await check(reversesBits ? (data.map(reverseBits) as Buffer) : data, part))) damaged++;
    }
    const unit = layout.tiled ? 'tiles' : 'strips';
    return damaged > 0 ? `${damaged} of its ${parts.length} ${unit} cannot be decoded` : null;
  });

async function hasFaxWarning(source: SourceFile): Promise<boolean> {
  const image = decodeFile({ ...source, failOn: 'none' }, { maxPixels: false });
  let found = false;
  image.on('warning', (message) => {
    found ||= FAX_WARNING.test(message);
  });
  // Reads all pixels without holding them. Errors show when the picture is decoded.
  await image
    .resize({ width: 16, height: 16, fit: 'fill' })
    .raw()
    .toBuffer()
    .catch(() => null);
  return found;
}

/** libtiff stops before the checksum of the data. Memory does not grow with the size of the part. */
async function checkDeflate(data: Buffer, part: TiffPart): Promise<boolean> {
  // A stream that ends early is complete if only its checksum is missing.
  const stream = createInflate({ finishFlush: constants.Z_SYNC_FLUSH });
  stream.end(data);
  let count = 0;
  try {
    for await (const chunk of stream) {
      count += (chunk as Buffer).length;
      if (part.full !== null && count > part.full + 1) return false;
    }
  } catch {
    return false;
  }
  return isComplete(count, part);
}

/** Encoders may store the last strip in full height, and a byte more. */
const isComplete = (count: number, { expected, full }: TiffPart): boolean =>
  expected === null || [expected, full].some((size) => size === count || size === count - 1);

function checkLzw(data: Buffer, part: TiffPart): boolean {
  // Data of old programs begins with the lowest bit.
  if (data[0] === 0 && ((data[1] ?? 0) & 1) === 1) return true;
  const count = countLzwSymbols(data, { highestFirst: true, symbolBits: 8, early: 1 });
  return count !== null && isComplete(count, part);
}

/** Counts bytes of runs and of literals (TIFF 6.0, section 9). */
function checkPackBits(data: Buffer, part: TiffPart): boolean {
  let count = 0;
  for (let at = 0; at < data.length; ) {
    const head = data.readInt8(at);
    const literals = head >= 0 ? head + 1 : 0;
    if (at + 1 + literals > data.length) break;
    count += head >= 0 ? literals : head === -128 ? 0 : 1 - head;
    at += 1 + (head >= 0 ? literals : head === -128 ? 0 : 1);
  }
  return isComplete(count, part);
}

function reverseBits(byte: number): number {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit++) reversed |= ((byte >> bit) & 1) << (7 - bit);
  return reversed;
}
