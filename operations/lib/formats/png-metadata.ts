/** Bounds the metadata of PNG files before a decoder unpacks it: a chunk of some kilobytes can hold gigabytes. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { inflateSync } from 'node:zlib';

const MIB = 2 ** 20;

/** As in libpng: of one chunk, and the number of chunks. */
export const MAX_METADATA_BYTES = 8 * MIB;
const MAX_CHUNKS = 1000;

/** Of all chunks together. */
const MAX_TOTAL = 4 * MAX_METADATA_BYTES;

const SIGNATURE_BYTES = 8;

/** Where the compressed data of a chunk begins, or null if it is not compressed. */
const findCompressed: Readonly<Record<string, (content: Buffer) => number | null>> = {
  // Keyword, method.
  zTXt: (content) => content.indexOf(0) + 2,
  iCCP: (content) => content.indexOf(0) + 2,
  // Keyword, flag, method, language, translated keyword.
  iTXt: (content) => {
    const flag = content.indexOf(0) + 1;
    if (content[flag] !== 1) return null;
    return content.indexOf(0, content.indexOf(0, flag + 2) + 1) + 1;
  },
  tEXt: () => null,
  eXIf: () => null,
};

/** @returns What exceeds a limit, which completes "has too much metadata: …"; null if nothing does. */
export function findExcessMetadata(path: string): string | null {
  // Thousands of small reads, which are fast only if they are synchronous. This runs in a picture process.
  const file = openSync(path, 'r');
  try {
    return findExcess(file);
  } finally {
    closeSync(file);
  }
}

function findExcess(file: number): string | null {
  const { size } = fstatSync(file);
  const head = Buffer.alloc(8);
  let [total, chunks] = [0, 0];
  for (let at = SIGNATURE_BYTES; at + 12 <= size; ) {
    readSync(file, head, 0, 8, at);
    const length = head.readUInt32BE(0);
    const type = head.toString('latin1', 4);
    const compressedAt = findCompressed[type];
    if (compressedAt) {
      if (++chunks > MAX_CHUNKS) return `it has more than ${MAX_CHUNKS} chunks of text`;
      if (length > MAX_METADATA_BYTES) return describe(type, 'has');
      const content = Buffer.alloc(Math.min(length, size - at - 8));
      readSync(file, content, 0, content.length, at + 8);
      const unpacked = countUnpacked(content, compressedAt(content));
      if (unpacked === null) return describe(type, 'unpacks to');
      total += unpacked;
      if (total > MAX_TOTAL) return `its chunks of text unpack to more than ${MAX_TOTAL / MIB} MiB`;
    }
    if (type === 'IEND') return null;
    at += 12 + length;
  }
  return null;
}

const describe = (type: string, verb: string): string =>
  `its chunk ${type} ${verb} more than ${MAX_METADATA_BYTES / MIB} MiB`;

/** Null for more than the limit. Data that is damaged counts as it is stored: decoders reject it. */
function countUnpacked(content: Buffer, start: number | null): number | null {
  if (start === null) return content.length;
  try {
    return inflateSync(content.subarray(start), { maxOutputLength: MAX_METADATA_BYTES }).length;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? null : content.length;
  }
}
