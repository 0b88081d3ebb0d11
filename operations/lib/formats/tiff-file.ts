/** Reads directories of TIFF and BigTIFF files, and of camera raw files built like them. Bounded for hostile files. */
import { type FileHandle, open } from 'node:fs/promises';

/** Directories of a file, sub-directories included. A longer chain is cut. */
const MAX_DIRECTORIES = 1000;
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

/** Tags that are read here, by number. */
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
  gpsDirectory: 34853,
  dngVersion: 50706,
  defaultCropSize: 50720,
  cr2Slices: 50752,
} as const;

export type Tag = keyof typeof tags;

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
    return this.#fields.has(tags[tag]);
  }

  /** Returns the integers of a tag; an empty list when it is absent, not numeric, or outside the file. */
  async numbers(tag: Tag): Promise<number[]> {
    const field = this.#fields.get(tags[tag]);
    const size = typeBytes[field?.type ?? 0];
    if (!field || !size || field.count > MAX_VALUES) return [];
    const bytes = await this.#file.read(field.at, field.count * size);
    this.#file.isCut ||= bytes === null;
    if (!bytes) return [];
    return Array.from({ length: field.count }, (_, index) => this.#file.number(bytes, index * size, size));
  }

  /** Returns the first integer of a tag, or the default when there is none. */
  async number<Default>(tag: Tag, byDefault: Default): Promise<number | Default> {
    return (await this.numbers(tag))[0] ?? byDefault;
  }

  /** Returns the directory whose place a tag names, such as that of EXIF data. */
  async directory(tag: Tag): Promise<TiffDirectory | null> {
    const at = await this.number(tag, null);
    return at === null ? null : this.#file.directoryAt(at);
  }

  /** Returns the fields with at most `maxBytes` of data, as they are in the file. */
  async fields(maxBytes: number): Promise<RawField[]> {
    const found: RawField[] = [];
    for (const [tag, { type, count, at }] of this.#fields) {
      const size = (fieldBytes[type] ?? Number.POSITIVE_INFINITY) * count;
      const data = size <= maxBytes ? await this.#file.read(at, size) : null;
      if (data) found.push({ tag, type, count, data });
    }
    return found;
  }

  /** Returns where the bytes of a tag are in the file, or null when the tag is absent. */
  place(tag: Tag): { at: number; length: number } | null {
    const field = this.#fields.get(tags[tag]);
    return field ? { at: field.at, length: field.count * (typeBytes[field.type] ?? 0) } : null;
  }

  /** Returns a RATIONAL tag, or null when it is absent or its denominator is 0. */
  async rational(tag: Tag): Promise<number | null> {
    const field = this.#fields.get(tags[tag]);
    const bytes = field?.type === RATIONAL ? await this.#file.read(field.at, 8) : null;
    const [above, below] = bytes ? [this.#file.number(bytes, 0, 4), this.#file.number(bytes, 4, 4)] : [0, 0];
    return below === 0 ? null : above / below;
  }

  /** Returns the first `limit` bytes of a text tag without its terminating zero, as Latin-1; an empty text when it is absent. */
  async text(tag: Tag, limit = 1000): Promise<string> {
    const { at, length } = this.place(tag) ?? { at: 0, length: 0 };
    const bytes = await this.#file.read(at, Math.min(length, limit));
    return bytes?.toString('latin1').split('\0', 1)[0]?.trim() ?? '';
  }
}

export class TiffFile {
  readonly #handle: FileHandle;
  readonly #little: boolean;
  readonly #big: boolean;
  readonly #read = new Map<number, { directory: TiffDirectory; next: number } | null>();
  /** Bytes. */
  readonly size: number;
  /** Whether values of a tag that was read lie beyond the end of the file. */
  isCut = false;
  /** The main chain: one directory per page. */
  readonly directories: TiffDirectory[] = [];

  private constructor(handle: FileHandle, size: number, header: Buffer) {
    this.#handle = handle;
    this.size = size;
    this.#little = header.toString('latin1', 0, 2) === 'II';
    this.#big = this.number(header, 2, 2) === 43;
  }

  /** Opens the file for the time of `work`, which gets null when the file has no TIFF header. */
  static async use<Result>(path: string, work: (file: TiffFile | null) => Promise<Result>): Promise<Result> {
    const handle = await open(path);
    try {
      const header = Buffer.alloc(16);
      await handle.read(header, 0, 16, 0);
      if (!/^(II|MM)/.test(header.toString('latin1', 0, 2))) return await work(null);
      const file = new TiffFile(handle, (await handle.stat()).size, header);
      const first = file.#big ? file.number(header, 8, 8) : file.number(header, 4, 4);
      file.directories.push(...(await file.#readChain(first)));
      return await work(file);
    } finally {
      await handle.close();
    }
  }

  /** Returns the directories that the tag SubIFDs of a directory names. */
  async subDirectories(directory: TiffDirectory): Promise<TiffDirectory[]> {
    const found = [];
    for (const at of (await directory.numbers('subDirectories')).slice(0, 64)) {
      const read = await this.directoryAt(at);
      if (read) found.push(read);
    }
    return found;
  }

  /** Returns null for what is no directory. */
  async directoryAt(at: number): Promise<TiffDirectory | null> {
    return (await this.#readDirectory(at))?.directory ?? null;
  }

  get isLittleEndian(): boolean {
    return this.#little;
  }

  /** Returns bytes of the file, or null when they are not all there. */
  async read(at: number, length: number): Promise<Buffer | null> {
    if (at + length <= this.size) {
      const { buffer, bytesRead } = await this.#handle.read(Buffer.alloc(length), 0, length, at);
      if (bytesRead === length) return buffer;
    }
    return null;
  }

  /** Reads an unsigned integer in the byte order of the file. */
  number(from: Buffer, at: number, bytes: number): number {
    if (bytes === 8) return Number(this.#little ? from.readBigUInt64LE(at) : from.readBigUInt64BE(at));
    return this.#little ? from.readUIntLE(at, bytes) : from.readUIntBE(at, bytes);
  }

  async #readChain(first: number): Promise<TiffDirectory[]> {
    const chain = [];
    const visited = new Set<number>();
    for (let at = first; at !== 0 && !visited.has(at); ) {
      visited.add(at);
      const read = await this.#readDirectory(at);
      if (!read) break;
      chain.push(read.directory);
      at = read.next;
    }
    return chain;
  }

  async #readDirectory(at: number): Promise<{ directory: TiffDirectory; next: number } | null> {
    const known = this.#read.get(at);
    if (known !== undefined || this.#read.size >= MAX_DIRECTORIES) return known ?? null;
    const read = await this.#parseDirectory(at);
    this.#read.set(at, read);
    return read;
  }

  /** Returns null for what is no directory, or lies beyond the end of the file. */
  async #parseDirectory(at: number): Promise<{ directory: TiffDirectory; next: number } | null> {
    const [countBytes, entryBytes, valueBytes] = this.#big ? [8, 20, 8] : [2, 12, 4];
    const head = await this.read(at, countBytes);
    const count = head ? this.number(head, 0, countBytes) : 0;
    if (count === 0 || count > MAX_ENTRIES) return null;
    const start = at + countBytes;
    const entries = await this.read(start, count * entryBytes);
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
    const tail = await this.read(start + entries.length, valueBytes);
    const next = tail ? this.number(tail, 0, valueBytes) : 0;
    return { directory: new TiffDirectory(this, fields), next };
  }
}
