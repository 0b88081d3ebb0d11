/** Copies the EXIF data of a file built like TIFF into EXIF data of its own. */
import type { RawField, TiffFile } from './tiff-file.ts';

/** Longer values are notes of the maker or pictures. */
const MAX_VALUE = 512;

const ORIENTATION = 274;
const EXIF = 34665;
const GPS = 34853;

/** Description, make, model, orientation, resolution, software, date, artist, copyright. */
const COPIED = [270, 271, 272, ORIENTATION, 282, 283, 296, 305, 306, 315, 33432];

/** Pointers to other directories, and notes of the maker. */
const LEFT_OUT = [EXIF, GPS, 40965, 37500];

/** @returns a TIFF structure with the camera, exposure and place; without thumbnail and maker notes. */
export async function copyExif(file: TiffFile): Promise<Buffer> {
  const [first] = file.directories;
  const exif = await first?.directory('exifDirectory');
  const gps = await first?.directory('gpsDirectory');
  const isData = ({ tag }: RawField) => !LEFT_OUT.includes(tag);
  const root = ((await first?.fields(MAX_VALUE)) ?? []).filter(({ tag }) => COPIED.includes(tag));
  const writer = new DirectoryWriter(file.isLittleEndian);
  const pointers = [
    ...(exif ? [writer.pointer(EXIF, writer.append((await exif.fields(MAX_VALUE)).filter(isData)))] : []),
    ...(gps ? [writer.pointer(GPS, writer.append((await gps.fields(MAX_VALUE)).filter(isData)))] : []),
  ];
  return writer.finish([...root, ...pointers]);
}

class DirectoryWriter {
  readonly #little: boolean;
  #parts: Buffer[] = [];
  #size = 8;

  constructor(little: boolean) {
    this.#little = little;
  }

  /** Appends a directory. @returns where it is. */
  append(fields: readonly RawField[]): number {
    const entries = [...fields]
      .sort((a, b) => a.tag - b.tag)
      .map(({ tag, type, count, data }) => {
        const value = data.length <= 4 ? Buffer.concat([data], 4) : this.#u32(this.#add(data));
        return Buffer.concat([this.#u16(tag), this.#u16(type), this.#u32(count), value]);
      });
    return this.#add(Buffer.concat([this.#u16(entries.length), ...entries, this.#u32(0)]));
  }

  pointer(tag: number, at: number): RawField {
    return { tag, type: 4, count: 1, data: this.#u32(at) };
  }

  finish(fields: readonly RawField[]): Buffer {
    const first = this.append(fields);
    const order = Buffer.from(this.#little ? 'II' : 'MM');
    return Buffer.concat([order, this.#u16(42), this.#u32(first), ...this.#parts]);
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
