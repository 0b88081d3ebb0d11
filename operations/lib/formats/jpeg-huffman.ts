/** Huffman tables and entropy-coded data of JPEG (ITU-T T.81, annexes C and F). */

import { LRUCache } from 'lru-cache';

export interface HuffmanTable {
  /** By the next 16 bits: length of the code × 256 + symbol; 0: no code. */
  readonly codes: Uint16Array;
  /**
   * By the next `RUN_BITS` bits, all AC coefficients that lie within them: how many bits they take + `ADVANCE` × how many positions
   * they fill + `ENDS` if the block ends with them; 0: the first does not fit. Empty for DC tables.
   */
  readonly runs: Uint16Array;
}

/** Few enough that the processor's cache holds the tables. */
const RUN_BITS = 12;
const ADVANCE = 32;
const ENDS = 2048;
/** Ends a block. */
const isEnd = (symbol: number): boolean => (symbol & 15) === 0 && symbol !== 0xf0;

/** By the bytes that define them: most files, and all tiles of a TIFF file, have the same tables. */
const known = new LRUCache<string, HuffmanTable>({ max: 16 });

/** Reads the tables of a DHT segment into `tables`, by class × 16 + identifier. */
export function readHuffmanTables(content: Buffer, tables: Map<number, HuffmanTable>): void {
  for (let at = 0; at + 17 <= content.length; ) {
    const id = content[at] ?? 0;
    const symbols = content.subarray(at + 1, at + 17).reduce((sum, count) => sum + count, 0);
    const definition = content.subarray(at, at + 17 + symbols);
    const key = definition.toString('latin1');
    const table = known.get(key) ?? buildTable(definition);
    known.set(key, table);
    tables.set(id, table);
    at += 17 + symbols;
  }
}

function buildTable(definition: Buffer): HuffmanTable {
  const codes = new Uint16Array(1 << 16);
  let [code, symbol] = [0, 17];
  for (let length = 1; length <= 16; length++) {
    const width = 1 << (16 - length);
    for (let index = 0; index < (definition[length] ?? 0); index++) {
      codes.fill((length << 8) | (definition[symbol++] ?? 0), code, code + width);
      code += width;
    }
  }
  const isAc = (definition[0] ?? 0) >= 16;
  const runs = new Uint16Array(isAc ? 1 << RUN_BITS : 0);
  return { codes, runs: runs.map((_, bits) => findRun(codes, bits << (16 - RUN_BITS))) };
}

/** An entry of `runs`. */
function findRun(codes: Uint16Array, bits: number): number {
  let [taken, advance] = [0, 0];
  for (;;) {
    const entry = codes[(bits << taken) & 0xffff] ?? 0;
    const [length, symbol] = [entry >> 8, entry & 0xff];
    const size = isEnd(symbol) ? 0 : symbol & 15;
    if (entry === 0 || taken + length + size > RUN_BITS) break;
    if (isEnd(symbol)) return taken + length + ADVANCE * advance + ENDS;
    if (advance + (symbol >> 4) + 1 > 63) break;
    taken += length + size;
    advance += (symbol >> 4) + 1;
  }
  return taken + ADVANCE * advance;
}

/** Zero bytes behind the data: more than a block can take. */
const PADDING = 256;

/** Reads the bits of a scan up to the next marker. */
export class EntropyReader {
  readonly #file: Buffer;
  /** The data up to the marker, without the zero that follows each 0xff. */
  readonly #data: Buffer;
  /** Of the data, in bits. */
  readonly #length: number;
  /** Where the data ends in the file. */
  readonly #end: number;
  /** Bits that were taken. */
  #taken = 0;

  /** @param at - Where the data starts in the file. */
  constructor(file: Buffer, at: number) {
    const end = findEnd(file, at);
    this.#file = file;
    this.#end = end;
    this.#data = Buffer.alloc(end - at + PADDING);
    let length = 0;
    for (let from = at; from < end; ) {
      const stuffed = file.indexOf(0xff, from);
      const to = stuffed >= 0 && stuffed < end ? stuffed + 1 : end;
      length += file.copy(this.#data, length, from, to);
      from = to + 1;
    }
    this.#length = 8 * length;
  }

  /** Whether more bits were taken than there are. */
  get isExhausted(): boolean {
    return this.#taken > this.#length;
  }

  /**
   * Passes over a block of 64 coefficients.
   *
   * @returns false at a code or a position that no encoder writes.
   */
  skipBlock(dc: HuffmanTable, ac: HuffmanTable): boolean {
    const data = this.#data;
    let taken = this.#taken;
    const first = dc.codes[peek(data, taken)] as number;
    if (first === 0 || (first & 0xff) > 16) return false;
    taken += (first >> 8) + (first & 0xff);
    let isValid = true;
    for (let index = 1; index < 64; ) {
      const bits = peek(data, taken);
      const run = ac.runs[bits >> (16 - RUN_BITS)] as number;
      const next = index + ((run & (ENDS - 1)) >> 5);
      if (run !== 0 && next < 64) {
        taken += run & (ADVANCE - 1);
        if (run >= ENDS) break;
        index = next;
        continue;
      }
      const code = ac.codes[bits] as number;
      taken += code >> 8;
      const symbol = code & 0xff;
      if (code !== 0 && isEnd(symbol)) break;
      index += (symbol >> 4) + 1;
      isValid = code !== 0 && index <= 64;
      if (!isValid) break;
      taken += symbol & 15;
    }
    this.#taken = taken;
    return isValid;
  }

  /**
   * Drops the bits up to the next byte, and returns where the next marker is, or the end of the file.
   * `skipsData`: bytes in front of it are no padding.
   */
  findMarker(): { at: number; skipsData: boolean } {
    const file = this.#file;
    let at = this.#end;
    while (at < file.length && !isMarker(file, at)) at++;
    const left = this.#data.subarray(Math.ceil(this.#taken / 8), this.#length / 8);
    return { at, skipsData: left.some(isData) || file.subarray(this.#end, at).some(isData) };
  }
}

/** The 16 bits behind the first `position` bits. */
const peek = (data: Buffer, position: number): number => {
  const at = position >>> 3;
  const bits = ((data[at] as number) << 16) | ((data[at + 1] as number) << 8) | (data[at + 2] as number);
  return (bits >> (8 - (position & 7))) & 0xffff;
};

/** Entropy-coded data ends at a 0xff that is not followed by zero. */
function findEnd(file: Buffer, start: number): number {
  for (let at = start; ; at += 2) {
    at = file.indexOf(0xff, at);
    if (at < 0) return file.length;
    if (file[at + 1] !== 0) return at;
  }
}

const isData = (byte: number): boolean => byte !== 0 && byte !== 0xff;

const isMarker = (bytes: Buffer, at: number): boolean => {
  const next = bytes[at + 1] ?? 0;
  return bytes[at] === 0xff && next !== 0 && next !== 0xff;
};
