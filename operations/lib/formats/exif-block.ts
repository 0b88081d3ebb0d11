/** Entries and directories of EXIF data in memory: a TIFF structure of at most 4 GiB (TIFF 6.0, EXIF 3.0). */

/** Bytes of a value of each type, by its number (TIFF 6.0, page 15). */
const valueBytes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];

/** Entries of the first directory that hold the offset of another one. */
export const EXIF_POINTER = 0x8769;
export const GPS_POINTER = 0x8825;
/** Entry of the EXIF directory. */
export const INTEROPERABILITY_POINTER = 0xa005;

export interface ExifEntry {
  readonly tag: number;
  /** Where the entry is. Its last four bytes are its value, or the offset of its value. */
  readonly at: number;
  readonly valueAt: number;
  /** Bytes of the value. */
  readonly size: number;
}

/** Positions are bytes from the byte order mark. Numbers outside the data read as 0. */
export class ExifBlock {
  readonly bytes: Buffer;
  readonly #little: boolean;

  /** @param bytes - The data, with or without `Exif` in front. Setters change it in place. */
  constructor(bytes: Buffer) {
    this.bytes = bytes.toString('latin1', 0, 4) === 'Exif' ? bytes.subarray(6) : bytes;
    this.#little = this.bytes.toString('latin1', 0, 2) === 'II';
  }

  /** Where the first directory is. */
  get first(): number {
    return this.u32(4);
  }

  u16(at: number): number {
    if (at + 2 > this.bytes.length) return 0;
    return this.#little ? this.bytes.readUInt16LE(at) : this.bytes.readUInt16BE(at);
  }

  u32(at: number): number {
    if (at + 4 > this.bytes.length) return 0;
    return this.#little ? this.bytes.readUInt32LE(at) : this.bytes.readUInt32BE(at);
  }

  setU16(at: number, value: number): void {
    if (at + 2 > this.bytes.length) return;
    if (this.#little) this.bytes.writeUInt16LE(value, at);
    else this.bytes.writeUInt16BE(value, at);
  }

  setU32(at: number, value: number): void {
    if (at + 4 > this.bytes.length) return;
    if (this.#little) this.bytes.writeUInt32LE(value, at);
    else this.bytes.writeUInt32BE(value, at);
  }

  /** Where a directory ends. The offset of the next one follows. */
  end(directory: number): number {
    return directory + 2 + this.u16(directory) * 12;
  }

  /** Returns the entries that lie inside the data. */
  entries(directory: number): ExifEntry[] {
    const end = Math.min(this.end(directory), this.bytes.length - 11);
    const found: ExifEntry[] = [];
    if (directory === 0) return found;
    for (let at = directory + 2; at < end; at += 12) {
      const size = this.u32(at + 4) * (valueBytes[this.u16(at + 2)] ?? 0);
      found.push({ tag: this.u16(at), at, size, valueAt: size > 4 ? this.u32(at + 8) : at + 8 });
    }
    return found;
  }

  find(directory: number, tag: number): ExifEntry | undefined {
    return this.entries(directory).find((entry) => entry.tag === tag);
  }

  /** Returns where the directory is that an entry of the first directory points to, or 0. */
  subDirectory(pointer: number): number {
    const entry = this.find(this.first, pointer);
    return entry ? this.u32(entry.at + 8) : 0;
  }

  /** Returns the text of an entry without its terminating zero; an empty text when it is absent. */
  text(directory: number, tag: number): string {
    const { valueAt = 0, size = 0 } = this.find(directory, tag) ?? {};
    return this.bytes.toString('latin1', valueAt, valueAt + size).split('\0', 1)[0] ?? '';
  }
}
