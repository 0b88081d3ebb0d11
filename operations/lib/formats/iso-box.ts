/** Reads boxes of ISO base media files, such as AVIF and HEIC, in memory (ISO/IEC 14496-12, 4.2). */

export interface IsoBox {
  readonly type: string;
  readonly content: BoxReader;
}

/** A position in the content of a box. Methods throw RangeError beyond its end. */
export class BoxReader {
  readonly #bytes: Buffer;
  readonly #strict: boolean;
  #at = 0;

  /** @param strict - Whether values that the standard does not allow are errors. */
  constructor(bytes: Buffer, strict: boolean) {
    this.#bytes = bytes;
    this.#strict = strict;
  }

  /** @throws RangeError if a value is not allowed. A reader that is not strict accepts it. */
  demand(isAllowed: boolean): void {
    if (this.#strict && !isAllowed) throw new RangeError('A field has a value that is not allowed');
  }

  /** Bytes up to the end. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  get isAtEnd(): boolean {
    return this.left === 0;
  }

  bytes(length: number): Buffer {
    if (length > this.left) throw new RangeError('The box is too short');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** @param length - Bytes: 0 to 8. */
  number(length: number): number {
    const bytes = this.bytes(length);
    if (length === 8) return Number(bytes.readBigUInt64BE());
    return length === 0 ? 0 : bytes.readUIntBE(0, length);
  }

  fourCharacters(): string {
    return this.bytes(4).toString('latin1');
  }

  /** Reads a text with its terminating zero. */
  text(): string {
    const end = this.#bytes.indexOf(0, this.#at);
    if (end < 0) throw new RangeError('A text has no end');
    return this.bytes(end + 1 - this.#at).toString('utf8', 0, end - this.#at);
  }

  /** Reads the version and the flags of a full box. */
  versionAndFlags(): { version: number; flags: number } {
    const head = this.number(4);
    return { version: head >>> 24, flags: head & 0xff_ff_ff };
  }

  version(): number {
    return this.versionAndFlags().version;
  }

  box(): IsoBox {
    const start = this.#at;
    const short = this.number(4);
    const type = this.fourCharacters();
    const size = short === 1 ? this.number(8) : short;
    const content = size - (this.#at - start);
    if (content < 0) throw new RangeError('A box is shorter than its header');
    return { type, content: new BoxReader(this.bytes(content), this.#strict) };
  }

  /** Reads all boxes up to the end. */
  *boxes(): Generator<IsoBox> {
    while (!this.isAtEnd) yield this.box();
  }
}

/** A box that does not follow its standard. */
export class InvalidBox extends Error {
  readonly type: string;

  constructor(type: string) {
    super(`The box ${type} is invalid`);
    this.type = type;
  }
}

/** Reads a box, and names it if that fails. @throws InvalidBox. */
export function readBox<Result>(type: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw error instanceof RangeError ? new InvalidBox(type) : error;
  }
}
