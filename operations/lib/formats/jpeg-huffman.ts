/** Huffman tables and entropy-coded data of JPEG (ITU-T T.81, annexes C and F). */

import { LRUCache } from 'lru-cache';

/** Both arrays are indexed by the next 16 bits. */
export interface HuffmanTable {
  /** Length of the code × 256 + symbol; 0: no code. */
  readonly codes: Uint16Array;
  /**
   * All AC coefficients that lie within the 16 bits: how many bits they take + `ADVANCE` × how many positions they fill
   * + `ENDS` if the block ends with them; 0: the first does not fit. Empty for DC tables.
   */
  readonly runs: Uint16Array;
}

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
  return { codes, runs: isAc ? codes.map((_, bits) => findRun(codes, bits)) : new Uint16Array() };
}

/** An entry of `runs`. */
function findRun(codes: Uint16Array, bits: number): number {
  let [taken, advance] = [0, 0];
  for (;;) {
    const entry = codes[(bits << taken) & 0xffff] ?? 0;
    const [length, symbol] = [entry >> 8, entry & 0xff];
    const size = isEnd(symbol) ? 0 : symbol & 15;
    if (entry === 0 || taken + length + size > 16) break;
    if (isEnd(symbol)) return taken + length + ADVANCE * advance + ENDS;
    if (advance + (symbol >> 4) + 1 > 63) break;
    taken += length + size;
    advance += (symbol >> 4) + 1;
  }
  return taken + ADVANCE * advance;
}

/** Reads the bits of a scan up to the next marker. */
export class EntropyReader {
  readonly #bytes: Buffer;
  #at: number;
  /** The last 32 bits that were read. */
  #buffer = 0;
  /** How many of them were not taken. */
  #available = 0;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** Whether more bits were taken than there are. */
  get isExhausted(): boolean {
    return this.#available < 0;
  }

  /**
   * Passes over a block of 64 coefficients.
   *
   * @returns false at a code or a position that no encoder writes.
   */
  skipBlock(dc: HuffmanTable, ac: HuffmanTable): boolean {
    const first = this.#take(dc.codes);
    if (first < 0 || first > 16) return false;
    this.#skip(first);
    for (let index = 1; index < 64; ) {
      const run = ac.runs[this.#peek()] as number;
      const [taken, next] = [run & (ADVANCE - 1), index + ((run & (ENDS - 1)) >> 5)];
      if (run !== 0 && next < 64 && taken <= this.#available) {
        this.#available -= taken;
        if (run >= ENDS) return true;
        index = next;
        continue;
      }
      const symbol = this.#take(ac.codes);
      if (symbol < 0) return false;
      if (isEnd(symbol)) return true;
      index += (symbol >> 4) + 1;
      if (index > 64) return false;
      this.#skip(symbol & 15);
    }
    return true;
  }

  /**
   * Drops the bits up to the next byte, and returns where the next marker is, or the end of the data.
   * `skipsData`: bytes in front of it are no padding.
   */
  findMarker(): { at: number; skipsData: boolean } {
    let skipsData = false;
    const pass = (byte: number) => {
      skipsData ||= byte !== 0 && byte !== 0xff;
    };
    for (let left = this.#available >> 3; left > 0; left--) pass((this.#buffer >>> ((left - 1) * 8)) & 0xff);
    let at = this.#at;
    while (at < this.#bytes.length && !isMarker(this.#bytes, at)) pass(this.#bytes[at++] ?? 0);
    return { at, skipsData };
  }

  /** Returns the next 16 bits, with zeros behind the end. */
  #peek(): number {
    if (this.#available < 16) this.#fill();
    const available = this.#available;
    const bits =
      available >= 16 ? this.#buffer >>> (available - 16) : this.#buffer << (16 - Math.max(0, available));
    return bits & 0xffff;
  }

  #take(codes: Uint16Array): number {
    const entry = codes[this.#peek()] as number;
    this.#available -= entry >> 8;
    return entry === 0 ? -1 : entry & 0xff;
  }

  #skip(count: number): void {
    if (this.#available < count) this.#fill();
    this.#available -= count;
  }

  #fill(): void {
    const bytes = this.#bytes;
    while (this.#available >= 0 && this.#available <= 24 && this.#at < bytes.length) {
      const byte = bytes[this.#at] as number;
      if (byte === 0xff) {
        if (bytes[this.#at + 1] !== 0) return;
        this.#at++;
      }
      this.#at++;
      this.#buffer = (this.#buffer << 8) | byte;
      this.#available += 8;
    }
  }
}

const isMarker = (bytes: Buffer, at: number): boolean => {
  const next = bytes[at + 1] ?? 0;
  return bytes[at] === 0xff && next !== 0 && next !== 0xff;
};
