/** Splits the output of a process into lines. */
import { DarkroomError } from '../../src/errors.ts';

/** Bytes of a line: somewhat more than the engines allow themselves. */
const MAX_LINE = 40 * 2 ** 20;

export class LineReader {
  readonly #onLine: (text: string) => void;
  #chunks: Buffer[] = [];
  #length = 0;

  constructor(onLine: (text: string) => void) {
    this.#onLine = onLine;
  }

  /** @throws `engine_limit` when a line is too long, and what `onLine` throws. */
  add(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      const text = Buffer.concat([...this.#chunks, chunk.subarray(from, end)]).toString();
      this.#chunks = [];
      this.#length = 0;
      from = end + 1;
      this.#onLine(text);
    }
    this.#chunks.push(chunk.subarray(from));
    this.#length += chunk.length - from;
    if (this.#length > MAX_LINE) {
      throw new DarkroomError('engine_limit', `The engine wrote a line of more than ${MAX_LINE} bytes`);
    }
  }
}
