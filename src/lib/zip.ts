/**
 * The ZIP format (APPNOTE 6.3.10) for files that are stored without compression.
 *
 * Local headers state size and CRC-32, so readers of streams (Java's `ZipInputStream`, `bsdtar` from a pipe) can read the
 * archives. Libraries that write streams put them behind the bytes, in data descriptors, which such readers reject.
 */

/** What the headers of one file state. */
export interface ZipEntry {
  /** Relative path with slashes. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** CRC-32 of the bytes, unsigned. */
  readonly crc32: number;
  readonly modified: Date;
}

type Sized = Pick<ZipEntry, 'name' | 'size'>;

/** Larger values need the fields of ZIP64. */
const MAX_16 = 0xffff;
const MAX_32 = 0xffffffff;

const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
const END_64_BYTES = 56;
const LOCATOR_BYTES = 20;

const STORED_VERSION = 20;
const ZIP64_VERSION = 45;
/** The name is UTF-8. */
const FLAGS = 0x0800;
const UNIX = 3 << 8;
/** A regular file, readable by all. */
const ATTRIBUTES = 0o100644 * 2 ** 16;

/** Returns the exact size of an archive of these files, in bytes. */
export function zipLength(entries: readonly Sized[]): number {
  const directory = new CentralDirectory<Sized>();
  let offset = 0;
  for (const entry of entries) {
    directory.add(entry, offset);
    offset += localLength(entry) + entry.size;
  }
  return offset + directory.length(offset);
}

/** Returns the size of the local header of a file, in bytes. */
export const localLength = ({ name, size }: Sized): number =>
  LOCAL_BYTES + Buffer.byteLength(name) + (size >= MAX_32 ? 20 : 0);

/** Returns the local header, which precedes the bytes of a file. */
export function localHeader(entry: ZipEntry): Buffer {
  const large = entry.size >= MAX_32;
  const header = Buffer.alloc(LOCAL_BYTES);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(large ? ZIP64_VERSION : STORED_VERSION, 4);
  writeCommon(header, 6, entry, large ? 20 : 0);
  return Buffer.concat([
    header,
    Buffer.from(entry.name),
    large ? extra64([entry.size, entry.size]) : NOTHING,
  ]);
}

/** The central directory, which ends an archive. */
export class CentralDirectory<E extends Sized = ZipEntry> {
  readonly #entries: { readonly entry: E; readonly offset: number }[] = [];
  #bytes = 0;

  /** @param offset - Position of the local header in the archive, in bytes. */
  add(entry: E, offset: number): void {
    this.#entries.push({ entry, offset });
    this.#bytes += CENTRAL_BYTES + Buffer.byteLength(entry.name) + largeFields(entry, offset).length;
  }

  /**
   * Returns the size of the directory with its end records, in bytes.
   *
   * @param start - Position of the directory in the archive.
   */
  length(start: number): number {
    return this.#bytes + (this.#needs64(start) ? END_64_BYTES + LOCATOR_BYTES : 0) + END_BYTES;
  }

  /** Yields the directory with its end records. `start` as for `length`. */
  *encode(this: CentralDirectory, start: number): Generator<Buffer> {
    for (const { entry, offset } of this.#entries) yield centralHeader(entry, offset);
    if (this.#needs64(start)) yield this.#end64(start);
    const end = Buffer.alloc(END_BYTES);
    const count = Math.min(this.#entries.length, MAX_16);
    end.writeUInt32LE(0x06054b50, 0);
    end.writeUInt16LE(count, 8);
    end.writeUInt16LE(count, 10);
    end.writeUInt32LE(Math.min(this.#bytes, MAX_32), 12);
    end.writeUInt32LE(Math.min(start, MAX_32), 16);
    yield end;
  }

  #needs64(start: number): boolean {
    return this.#entries.length >= MAX_16 || this.#bytes >= MAX_32 || start >= MAX_32;
  }

  /** The ZIP64 end record and its locator. */
  #end64(start: number): Buffer {
    const record = Buffer.alloc(END_64_BYTES + LOCATOR_BYTES);
    record.writeUInt32LE(0x06064b50, 0);
    writeUInt64(record, END_64_BYTES - 12, 4);
    record.writeUInt16LE(UNIX | ZIP64_VERSION, 12);
    record.writeUInt16LE(ZIP64_VERSION, 14);
    writeUInt64(record, this.#entries.length, 24);
    writeUInt64(record, this.#entries.length, 32);
    writeUInt64(record, this.#bytes, 40);
    writeUInt64(record, start, 48);
    record.writeUInt32LE(0x07064b50, END_64_BYTES);
    writeUInt64(record, start + this.#bytes, END_64_BYTES + 8);
    record.writeUInt32LE(1, END_64_BYTES + 16);
    return record;
  }
}

function centralHeader(entry: ZipEntry, offset: number): Buffer {
  const extra = largeFields(entry, offset);
  const header = Buffer.alloc(CENTRAL_BYTES);
  const version = extra.length > 0 ? ZIP64_VERSION : STORED_VERSION;
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(UNIX | version, 4);
  header.writeUInt16LE(version, 6);
  writeCommon(header, 8, entry, extra.length);
  header.writeUInt32LE(ATTRIBUTES, 38);
  header.writeUInt32LE(Math.min(offset, MAX_32), 42);
  return Buffer.concat([header, Buffer.from(entry.name), extra]);
}

/** Writes the fields from the flags to the length of the extra field, which both headers have. */
function writeCommon(
  header: Buffer,
  at: number,
  { name, size, crc32, modified }: ZipEntry,
  extra: number,
): void {
  const [time, date] = toDosTime(modified);
  header.writeUInt16LE(FLAGS, at);
  header.writeUInt16LE(time, at + 4);
  header.writeUInt16LE(date, at + 6);
  header.writeUInt32LE(crc32, at + 8);
  header.writeUInt32LE(Math.min(size, MAX_32), at + 12);
  header.writeUInt32LE(Math.min(size, MAX_32), at + 16);
  header.writeUInt16LE(Buffer.byteLength(name), at + 20);
  header.writeUInt16LE(extra, at + 22);
}

const NOTHING = Buffer.alloc(0);

/** The extra field of a central header: values that exceed 32 bits. */
function largeFields({ size }: Sized, offset: number): Buffer {
  const values = [...(size >= MAX_32 ? [size, size] : []), ...(offset >= MAX_32 ? [offset] : [])];
  return values.length > 0 ? extra64(values) : NOTHING;
}

function extra64(values: readonly number[]): Buffer {
  const field = Buffer.alloc(4 + 8 * values.length);
  field.writeUInt16LE(1, 0);
  field.writeUInt16LE(8 * values.length, 2);
  for (const [index, value] of values.entries()) writeUInt64(field, value, 4 + 8 * index);
  return field;
}

const writeUInt64 = (buffer: Buffer, value: number, at: number): number =>
  buffer.writeBigUInt64LE(BigInt(value), at);

/** Times in a ZIP have no zone, steps of two seconds, and years from 1980 to 2107. These are UTC, whatever the zone of the server. */
function toDosTime(modified: Date): [time: number, date: number] {
  const limited = Math.min(Math.max(modified.getTime(), Date.UTC(1980, 0, 1)), Date.UTC(2107, 11, 31));
  const at = new Date(limited);
  return [
    (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1),
    ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate(),
  ];
}
