/** Huffman tables and entropy-coded data of JPEG (ITU-T T.81, annexes C and F). */

/** By the next 16 bits: length of the code × 256 + symbol; 0: no code. */
export type HuffmanTable = Uint16Array;

/** Reads the tables of a DHT segment into `tables`, by class × 16 + identifier. */
export function readHuffmanTables(content: Buffer, tables: Map<number, HuffmanTable>): void {
  for (let at = 0; at + 17 <= content.length; ) {
    const counts = content.subarray(at + 1, at + 17);
    const table = new Uint16Array(1 << 16);
    let [code, symbol] = [0, at + 17];
    for (let length = 1; length <= 16; length++) {
      const width = 1 << (16 - length);
      for (let index = 0; index < (counts[length - 1] ?? 0); index++) {
        table.fill((length << 8) | (content[symbol++] ?? 0), code, code + width);
        code += width;
      }
    }
    tables.set(content[at] ?? 0, table);
    at = symbol;
  }
}

/** Reads the bits of a scan up to the next marker. */
export class EntropyReader {
  readonly #bytes: Buffer;
  #at: number;
  #buffer = 0;
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
    const first = this.#take(dc);
    if (first < 0 || first > 16) return false;
    this.#skip(first);
    for (let index = 1; index < 64; index++) {
      const symbol = this.#take(ac);
      if (symbol < 0) return false;
      const size = symbol & 15;
      if (size === 0 && symbol !== 0xf0) return true;
      index += symbol >> 4;
      if (index > 63) return false;
      this.#skip(size);
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

  #take(table: HuffmanTable): number {
    if (this.#available < 16) this.#fill();
    const bits =
      this.#available >= 16
        ? this.#buffer >>> (this.#available - 16)
        : this.#buffer << (16 - Math.max(0, this.#available));
    const entry = table[bits & 0xffff] ?? 0;
    this.#available -= entry >> 8;
    return entry === 0 ? -1 : entry & 0xff;
  }

  #skip(count: number): void {
    if (this.#available < count) this.#fill();
    this.#available -= count;
  }

  #fill(): void {
    while (this.#available >= 0 && this.#available <= 16 && this.#at < this.#bytes.length) {
      const byte = this.#bytes[this.#at] ?? 0;
      if (byte === 0xff) {
        if (this.#bytes[this.#at + 1] !== 0) return;
        this.#at++;
      }
      this.#at++;
      this.#buffer = ((this.#buffer << 8) | byte) & 0xff_ffff;
      this.#available += 8;
    }
  }
}

const isMarker = (bytes: Buffer, at: number): boolean => {
  const next = bytes[at + 1] ?? 0;
  return bytes[at] === 0xff && next !== 0 && next !== 0xff;
};
