/** Reads the sequence header of AV1 data (AV1 Bitstream & Decoding Process Specification, 5.3 to 5.5). */

/** What the header and the configuration in the container both state. */
export interface Av1Format {
  readonly profile: number;
  readonly bits: number;
  readonly monochrome: boolean;
  /** Whether chroma has half the width, and half the height. */
  readonly subsampling: readonly [boolean, boolean];
}

const SEQUENCE_HEADER = 1;

export interface Av1Sequence {
  readonly format: Av1Format;
  /** How colours are coded (ITU-T H.273, table 4). 2: unspecified. */
  readonly matrix: number;
}

/** @returns null if the data does not begin with a sequence header, or ends within it. */
export function readSequenceHeader(data: Buffer): Av1Sequence | null {
  try {
    for (let at = 0; at < data.length; ) {
      const head = data.readUInt8(at++);
      if (head & 0x04) at++;
      const hasSize = (head & 0x02) !== 0;
      let size = hasSize ? 0 : data.length - at;
      // LEB128
      for (let shift = 0, more = hasSize; more && shift < 56; shift += 7) {
        const byte = data.readUInt8(at++);
        size += (byte & 0x7f) * 2 ** shift;
        more = byte >= 0x80;
      }
      if (((head >> 3) & 15) === SEQUENCE_HEADER) return parse(new Bits(data.subarray(at, at + size)));
      at += size;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return null;
}

class Bits {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  read(count: number): number {
    let value = 0;
    for (let left = count; left > 0; left--) {
      value = value * 2 + ((this.#bytes.readUInt8(this.#at >> 3) >> (7 - (this.#at & 7))) & 1);
      this.#at++;
    }
    return value;
  }

  flag(): boolean {
    return this.read(1) === 1;
  }
}

function parse(bits: Bits): Av1Sequence | null {
  const profile = bits.read(3);
  bits.read(1);
  // Other headers are of video, or of layers.
  const isStill = bits.flag();
  if (!isStill) return null;
  bits.read(5);
  const [widthBits, heightBits] = [bits.read(4) + 1, bits.read(4) + 1];
  bits.read(widthBits + heightBits);
  // Superblocks of 128 pixels, filters, and super-resolution.
  bits.read(6);
  const isHigh = bits.flag();
  const depth = profile === 2 && isHigh ? (bits.flag() ? 12 : 10) : isHigh ? 10 : 8;
  const monochrome = profile !== 1 && bits.flag();
  const colours = bits.flag() ? [bits.read(8), bits.read(8), bits.read(8)] : [];
  const subsampling = readSubsampling(bits, { profile, depth, monochrome, colours });
  return { format: { profile, bits: depth, monochrome, subsampling }, matrix: colours[2] ?? 2 };
}

function readSubsampling(
  bits: Bits,
  {
    profile,
    depth,
    monochrome,
    colours,
  }: { profile: number; depth: number; monochrome: boolean; colours: readonly number[] },
): [boolean, boolean] {
  const isRgb = colours[0] === 1 && colours[1] === 13 && colours[2] === 0;
  if (!monochrome && !isRgb) bits.read(1);
  if (monochrome || (profile === 0 && !isRgb)) return [true, true];
  if (isRgb || profile === 1) return [false, false];
  if (depth !== 12) return [true, false];
  const x = bits.flag();
  return [x, x && bits.flag()];
}
