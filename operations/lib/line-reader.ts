/** Lines of what a process says, as it says them. */
import { DarkroomError } from '../../src/errors.ts';

/** Bytes of a line: somewhat more than the engine allows itself. */
const MAX_LINE = 40 * 2 ** 20;

export class LineReader {
  readonly #onLine: (text: string) => void;
  #pieces: Buffer[] = [];
  #length = 0;

  constructor(onLine: (text: string) => void) {
    this.#onLine = onLine;
  }

  /** Throws engine_limit when a line does not end, and what `onLine` throws. */
  take(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      const text = Buffer.concat([...this.#pieces, chunk.subarray(from, end)]).toString();
      this.#pieces = [];
      this.#length = 0;
      from = end + 1;
      this.#onLine(text);
    }
    this.#pieces.push(chunk.subarray(from));
    this.#length += chunk.length - from;
    if (this.#length > MAX_LINE) {
      throw new DarkroomError('engine_limit', `The engine said more than ${MAX_LINE} bytes at once`);
    }
  }
}
