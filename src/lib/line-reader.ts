/** Splits the output of a process into lines. */

const MINUTE_MS = 60_000;

export interface LineLimits {
  /** Bytes of a line. */
  readonly bytes: number;
  readonly linesPerMinute: number;
  /** Returns the error for a process that exceeds a limit. `fault` completes "The process …". */
  readonly refuse: (fault: string) => Error;
}

export class LineReader {
  readonly #limits: LineLimits;
  readonly #onLine: (text: string) => void;
  #chunks: Buffer[] = [];
  #length = 0;
  #lines = 0;
  #minuteEnd = 0;

  constructor(limits: LineLimits, onLine: (text: string) => void) {
    this.#limits = limits;
    this.#onLine = onLine;
  }

  /** @throws what `refuse` returns, and what `onLine` throws. */
  add(chunk: Buffer): void {
    const { bytes, refuse } = this.#limits;
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      const text = Buffer.concat([...this.#chunks, chunk.subarray(from, end)]).toString();
      this.#chunks = [];
      this.#length = 0;
      from = end + 1;
      this.#count();
      this.#onLine(text);
    }
    this.#chunks.push(chunk.subarray(from));
    this.#length += chunk.length - from;
    if (this.#length > bytes) throw refuse(`wrote a line of more than ${bytes} bytes`);
  }

  #count(): void {
    const { linesPerMinute, refuse } = this.#limits;
    if (Date.now() > this.#minuteEnd) [this.#minuteEnd, this.#lines] = [Date.now() + MINUTE_MS, 0];
    this.#lines += 1;
    if (this.#lines > linesPerMinute) throw refuse(`wrote more than ${linesPerMinute} lines in a minute`);
  }
}
