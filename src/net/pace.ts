/** Whether a sender that is being read from sends at all, and not just enough to hold its connection for ever. */

/** Bytes that a period must bring: a few kilobytes a second at the periods in use, far below the slowest honest line. */
const LEAST_BYTES = 64 * 1024;
export const LEAST = '64 KiB';

export class Pace {
  readonly #periodMs: number;
  readonly #onSlow: () => void;
  #timer: NodeJS.Timeout | undefined;
  #since = 0;
  #leftMs: number;
  #bytes = 0;

  /** `onSlow` is called when the sender, while it might send, has sent less than 64 KiB in `periodMs`. */
  constructor(periodMs: number, onSlow: () => void) {
    this.#periodMs = periodMs;
    this.#leftMs = periodMs;
    this.#onSlow = onSlow;
  }

  /** From now on the sender may send. */
  run(): void {
    if (this.#timer) return;
    this.#since = Date.now();
    this.#timer = setTimeout(this.#onSlow, this.#leftMs);
  }

  /** From now on, until `run`, we are those who make it wait; also at the end. */
  rest(): void {
    if (!this.#timer) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#leftMs = Math.max(0, this.#leftMs - (Date.now() - this.#since));
  }

  /** While it runs or rests. */
  arrived(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < LEAST_BYTES) return;
    const runs = this.#timer !== undefined;
    this.rest();
    this.#bytes = 0;
    this.#leftMs = this.#periodMs;
    if (runs) this.run();
  }
}
