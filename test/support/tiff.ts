/** Writes TIFF files tag by tag, for tests: layouts that no encoder here makes. */

export type TiffTags = Readonly<Record<number, readonly number[] | string | Buffer>>;

export interface TiffPage {
  readonly tags: TiffTags;
  /** Data of the only strip. Its place and length are written to the tags 273 and 279. */
  readonly strip?: Buffer;
  /** Further data, whose place and length are written to these tags. */
  readonly data?: { readonly bytes: Buffer; readonly at: number; readonly length: number };
  /** Written as sub-directories (tag 330). */
  readonly children?: readonly TiffPage[];
  /** Written as EXIF directory (tag 34665). */
  readonly exif?: TiffPage;
}

/** A baseline directory of uncompressed grey or RGB pixels. */
export function tiffPage(width: number, height: number, pixels: Buffer, tags: TiffTags = {}): TiffPage {
  const samples = Math.max(1, Math.floor(pixels.length / (width * height)));
  return {
    strip: pixels,
    tags: {
      256: [width],
      257: [height],
      258: Array(samples).fill(8),
      259: [1],
      262: [samples < 3 ? 1 : 2],
      277: [samples],
      278: [height],
      ...tags,
    },
  };
}

/** Little-endian; numbers are written as LONG, buffers as UNDEFINED. `magic`: the first four bytes. */
export function buildTiff(pages: readonly TiffPage[], magic = Buffer.from('II*\0')): Buffer {
  const parts: Buffer[] = [magic, Buffer.alloc(4)];
  let size = 8;
  const append = (bytes: Buffer): number => {
    const at = size;
    const padded = Buffer.concat([bytes, Buffer.alloc(bytes.length % 2)]);
    parts.push(padded);
    size += padded.length;
    return at;
  };
  const u32 = (values: readonly number[]): Buffer => {
    const bytes = Buffer.alloc(values.length * 4);
    for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, index * 4);
    return bytes;
  };
  const writePage = ({ tags, strip, data, children, exif }: TiffPage, next: number): number => {
    const all: Record<number, readonly number[] | string | Buffer> = { ...tags };
    if (strip) Object.assign(all, { 273: [append(strip)], 279: [strip.length] });
    if (data) Object.assign(all, { [data.at]: [append(data.bytes)], [data.length]: [data.bytes.length] });
    if (children) all[330] = children.map((child) => writePage(child, 0));
    if (exif) all[34_665] = [writePage(exif, 0)];
    const entries = Object.entries(all).map(([tag, value]) => {
      const [type, bytes] =
        typeof value === 'string'
          ? [2, Buffer.from(`${value}\0`, 'latin1')]
          : Buffer.isBuffer(value)
            ? [7, value]
            : [4, u32(value)];
      const count = type === 4 ? bytes.length / 4 : bytes.length;
      const entry = Buffer.alloc(12);
      entry.writeUInt16LE(Number(tag), 0);
      entry.writeUInt16LE(type, 2);
      entry.writeUInt32LE(count, 4);
      if (bytes.length <= 4) bytes.copy(entry, 8);
      else entry.writeUInt32LE(append(bytes), 8);
      return entry;
    });
    const count = Buffer.alloc(2);
    count.writeUInt16LE(entries.length);
    return append(Buffer.concat([count, ...entries, u32([next])]));
  };
  // Written from the last one, so that each knows where the next one is.
  const first = [...pages].reverse().reduce((next, page) => writePage(page, next), 0);
  parts[1] = u32([first]);
  return Buffer.concat(parts);
}
