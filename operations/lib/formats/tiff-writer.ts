/** Writes directories of TIFF, as EXIF data has them (TIFF 6.0, section 2; EXIF 3.0, 4.6). */
import type { RawField } from './tiff-file.ts';

const [EXIF, GPS] = [34665, 34853];
const [SHORT, LONG] = [3, 4];

/** The directories of EXIF data. */
export interface ExifDirectories {
  /** The first directory, of the picture. */
  readonly image: readonly RawField[];
  /** The EXIF directory, of the photograph. */
  readonly photo: readonly RawField[];
  readonly gps: readonly RawField[];
}

/** Writes fields in one byte order, which that of their data must be. */
export class ExifWriter {
  readonly #little: boolean;
  #parts: Buffer[] = [];
  #size = 8;

  constructor({ isLittleEndian }: { isLittleEndian: boolean }) {
    this.#little = isLittleEndian;
  }

  /** Returns a field with one number of 16 or 32 bits. */
  field(tag: number, value: number): RawField {
    const isShort = value < 0x1_00_00;
    return {
      tag,
      type: isShort ? SHORT : LONG,
      count: 1,
      data: isShort ? this.#u16(value) : this.#u32(value),
    };
  }

  write({ image, photo, gps }: ExifDirectories): Buffer {
    this.#parts = [];
    this.#size = 8;
    const pointers = [
      ...(photo.length > 0 ? [this.#pointer(EXIF, photo)] : []),
      ...(gps.length > 0 ? [this.#pointer(GPS, gps)] : []),
    ];
    const first = this.#append([...image, ...pointers]);
    const order = Buffer.from(this.#little ? 'II' : 'MM');
    return Buffer.concat([order, this.#u16(42), this.#u32(first), ...this.#parts]);
  }

  #pointer(tag: number, fields: readonly RawField[]): RawField {
    return { tag, type: LONG, count: 1, data: this.#u32(this.#append(fields)) };
  }

  /** Appends a directory. @returns where it is. */
  #append(fields: readonly RawField[]): number {
    const entries = [...fields]
      .sort((a, b) => a.tag - b.tag)
      .map(({ tag, type, count, data }) => {
        const value = data.length <= 4 ? Buffer.concat([data], 4) : this.#u32(this.#add(data));
        return Buffer.concat([this.#u16(tag), this.#u16(type), this.#u32(count), value]);
      });
    return this.#add(Buffer.concat([this.#u16(entries.length), ...entries, this.#u32(0)]));
  }

  #add(data: Buffer): number {
    const at = this.#size;
    const padded = Buffer.concat([data], data.length + (data.length % 2));
    this.#parts.push(padded);
    this.#size += padded.length;
    return at;
  }

  #u16(value: number): Buffer {
    const bytes = Buffer.alloc(2);
    if (this.#little) bytes.writeUInt16LE(value);
    else bytes.writeUInt16BE(value);
    return bytes;
  }

  #u32(value: number): Buffer {
    const bytes = Buffer.alloc(4);
    if (this.#little) bytes.writeUInt32LE(value);
    else bytes.writeUInt32BE(value);
    return bytes;
  }
}
