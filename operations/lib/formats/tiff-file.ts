/**
 * Reads directories of TIFF and BigTIFF: of files, of camera raw files built like them, and of EXIF data. Bounded for
 * hostile data.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Directories of a file, sub-directories included. A longer chain is cut. */
const MAX_DIRECTORIES = 1000;
const MAX_SUB_DIRECTORIES = 64;
const MAX_ENTRIES = 4096;
/** Values of one tag: byte counts of a slide with 4 million tiles. */
const MAX_VALUES = 4e6;

/** Bytes of a value, by TIFF type. Types without integers or text are absent. */
const typeBytes: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  6: 1,
  7: 1,
  13: 4,
  16: 8,
  18: 8,
};

/** A numerator and a denominator of 4 bytes each. */
const RATIONAL = 5;

/** Bytes of a value, types of rational and floating-point numbers included. */
const fieldBytes: Readonly<Record<number, number>> = {
  ...typeBytes,
  [RATIONAL]: 8,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
};

/** Names of tags, by number. */
const tags = {
  subfileType: 254,
  oldSubfileType: 255,
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  description: 270,
  make: 271,
  stripOffsets: 273,
  fillOrder: 266,
  orientation: 274,
  samples: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  xResolution: 282,
  yResolution: 283,
  planar: 284,
  resolutionUnit: 296,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  subDirectories: 330,
  extraSamples: 338,
  jpegTables: 347,
  sampleFormat: 339,
  xmp: 700,
  jpegOffset: 513,
  jpegLength: 514,
  exifDirectory: 34665,
  gdalNodata: 42113,
  gpsDirectory: 34853,
  dngVersion: 50706,
  defaultCropSize: 50720,
  cr2Slices: 50752,
  previewColorSpace: 50970,
} as const;

export type Tag = keyof typeof tags | number;

const numberOf = (tag: Tag): number => (typeof tag === 'number' ? tag : tags[tag]);

/** A field with its data in the byte order of its file. */
export interface RawField {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  readonly data: Buffer;
}

interface Field {
  readonly type: number;
  readonly count: number;
  /** Where the values are, in bytes from the start of the file. */
  readonly at: number;
}

/** One directory: the description of one picture. */
export class TiffDirectory {
  readonly #file: TiffFile;
  readonly #fields: ReadonlyMap<number, Field>;

  constructor(file: TiffFile, fields: ReadonlyMap<number, Field>) {
    this.#file = file;
    this.#fields = fields;
  }

  has(tag: Tag): boolean {
    return this.#fields.has(numberOf(tag));
  }

  /** Returns the integers of a tag; an empty list when it is absent, not numeric, or outside the file. */
  numbers(tag: Tag): number[] {
    const field = this.#fields.get(numberOf(tag));
    const size = typeBytes[field?.type ?? 0];
    if (!field || !size || field.count > MAX_VALUES) return [];
    const bytes = this.#file.read(field.at, field.count * size);
    this.#file.isCut ||= bytes === null;
    if (!bytes) return [];
    return Array.from({ length: field.count }, (_, index) => this.#file.number(bytes, index * size, size));
  }

  /** Returns the first integer of a tag, or the default when there is none. */
  number<Default>(tag: Tag, byDefault: Default): number | Default {
    return this.numbers(tag)[0] ?? byDefault;
  }

  /** Returns the directory whose place a tag names, such as that of EXIF data. */
  directory(tag: Tag): TiffDirectory | null {
    const at = this.number(tag, null);
    return at === null ? null : this.#file.directoryAt(at);
  }

  /**
   * Yields fields as they are in the file.
   *
   * @param isWanted - Decides before the data of a field is read.
   */
  *fields(isWanted: (tag: number, bytes: number) => boolean): Generator<RawField> {
    for (const [tag, { type, count, at }] of this.#fields) {
      const size = (fieldBytes[type] ?? Number.POSITIVE_INFINITY) * count;
      const data = isWanted(tag, size) ? this.#file.read(at, size) : null;
      if (data) yield { tag, type, count, data };
    }
  }

  /** Returns the sub-directories that the tag SubIFDs names. */
  get subDirectories(): TiffDirectory[] {
    const places = this.numbers('subDirectories').slice(0, MAX_SUB_DIRECTORIES);
    return places.flatMap((at) => this.#file.directoryAt(at) ?? []);
  }

  /** Returns where the bytes of a tag are in the file, or null when the tag is absent. */
  place(tag: Tag): { at: number; length: number } | null {
    const field = this.#fields.get(numberOf(tag));
    return field ? { at: field.at, length: field.count * (typeBytes[field.type] ?? 0) } : null;
  }

  /** Returns a RATIONAL tag, or null when it is absent or its denominator is 0. */
  rational(tag: Tag): number | null {
    const field = this.#fields.get(numberOf(tag));
    const bytes = field?.type === RATIONAL ? this.#file.read(field.at, 8) : null;
    const [above, below] = bytes ? [this.#file.number(bytes, 0, 4), this.#file.number(bytes, 4, 4)] : [0, 0];
    return below === 0 ? null : above / below;
  }

  /** Returns the first `limit` bytes of a text tag without its terminating zero, as Latin-1; an empty text when it is absent. */
  text(tag: Tag, limit = 1000): string {
    const { at, length } = this.place(tag) ?? { at: 0, length: 0 };
    const bytes = this.#file.read(at, Math.min(length, limit));
    return bytes?.toString('latin1').split('\0', 1)[0]?.trim() ?? '';
  }
}

/** Returns bytes, or null when they are not all there. */
type ReadBytes = (at: number, length: number) => Buffer | null;

export class TiffFile {
  readonly read: ReadBytes;
  readonly #little: boolean;
  readonly #big: boolean;
  readonly #read = new Map<number, { directory: TiffDirectory; next: number } | null>();
  /** Bytes. */
  readonly size: number;
  /** Whether values of a tag that was read lie beyond the end of the file. */
  isCut = false;
  /** The main chain: one directory per page. */
  readonly directories: readonly TiffDirectory[];

  private constructor(size: number, header: Buffer, read: ReadBytes) {
    this.read = read;
    this.size = size;
    this.#little = header.toString('latin1', 0, 2) === 'II';
    this.#big = this.number(header, 2, 2) === 43;
    this.directories = this.#readChain(this.#big ? this.number(header, 8, 8) : this.number(header, 4, 4));
  }

  static #open(size: number, read: ReadBytes): TiffFile | null {
    const header = Buffer.concat([read(0, Math.min(size, 16)) ?? Buffer.alloc(0)], 16);
    return size >= 8 && /^(II|MM)/.test(header.toString('latin1')) ? new TiffFile(size, header, read) : null;
  }

  /**
   * Opens the file for the time of `work`, which gets null when the file has no TIFF header. Thousands of small reads are
   * fast only if they are synchronous.
   */
  static async use<Result>(
    path: string,
    work: (file: TiffFile | null) => Promise<Result> | Result,
  ): Promise<Result> {
    const file = openSync(path, 'r');
    try {
      const { size } = fstatSync(file);
      const read: ReadBytes = (at, length) => {
        if (!(at + length <= size)) return null;
        const bytes = Buffer.alloc(length);
        return readSync(file, bytes, 0, length, at) === length ? bytes : null;
      };
      return await work(TiffFile.#open(size, read));
    } finally {
      closeSync(file);
    }
  }

  /** Opens EXIF data, with or without `Exif` in front. Returns null for what has no TIFF header. */
  static parse(exif: Buffer): TiffFile | null {
    const bytes = exif.toString('latin1', 0, 4) === 'Exif' ? exif.subarray(6) : exif;
    return TiffFile.#open(bytes.length, (at, length) =>
      at + length <= bytes.length ? bytes.subarray(at, at + length) : null,
    );
  }

  /** Returns the directory of a page, or one below it; `subDirectory` is -1 for the page itself. */
  find({ page, subDirectory }: { page: number; subDirectory: number }): TiffDirectory | undefined {
    const main = this.directories[page];
    return subDirectory < 0 ? main : main?.subDirectories[subDirectory];
  }

  /** Returns null for what is no directory. */
  directoryAt(at: number): TiffDirectory | null {
    return this.#readDirectory(at)?.directory ?? null;
  }

  get isLittleEndian(): boolean {
    return this.#little;
  }

  /** Reads an unsigned integer in the byte order of the file. */
  number(from: Buffer, at: number, bytes: number): number {
    if (bytes === 8) return Number(this.#little ? from.readBigUInt64LE(at) : from.readBigUInt64BE(at));
    return this.#little ? from.readUIntLE(at, bytes) : from.readUIntBE(at, bytes);
  }

  #readChain(first: number): TiffDirectory[] {
    const chain = [];
    const visited = new Set<number>();
    for (let at = first; at !== 0 && !visited.has(at); ) {
      visited.add(at);
      const read = this.#readDirectory(at);
      if (!read) break;
      chain.push(read.directory);
      at = read.next;
    }
    return chain;
  }

  #readDirectory(at: number): { directory: TiffDirectory; next: number } | null {
    const known = this.#read.get(at);
    if (known !== undefined || this.#read.size >= MAX_DIRECTORIES) return known ?? null;
    const read = this.#parseDirectory(at);
    this.#read.set(at, read);
    return read;
  }

  /** Returns null for what is no directory, or lies beyond the end of the file. */
  #parseDirectory(at: number): { directory: TiffDirectory; next: number } | null {
    const [countBytes, entryBytes, valueBytes] = this.#big ? [8, 20, 8] : [2, 12, 4];
    const head = this.read(at, countBytes);
    const count = head ? this.number(head, 0, countBytes) : 0;
    if (count === 0 || count > MAX_ENTRIES) return null;
    const start = at + countBytes;
    const entries = this.read(start, count * entryBytes);
    if (!entries) return null;
    const fields = new Map<number, Field>();
    for (let offset = 0; offset < entries.length; offset += entryBytes) {
      const type = this.number(entries, offset + 2, 2);
      const values = this.number(entries, offset + 4, valueBytes);
      const value = offset + entryBytes - valueBytes;
      const isInline = values * (fieldBytes[type] ?? Number.POSITIVE_INFINITY) <= valueBytes;
      const place = isInline ? start + value : this.number(entries, value, valueBytes);
      fields.set(this.number(entries, offset, 2), { type, count: values, at: place });
    }
    const tail = this.read(start + entries.length, valueBytes);
    const next = tail ? this.number(tail, 0, valueBytes) : 0;
    return { directory: new TiffDirectory(this, fields), next };
  }
}
