/** Detects senders that are too slow, such as those that send just enough to keep a connection open. */

/** Bytes required per period: a few kilobytes per second, far below the slowest usable connection. */
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

  /** Starts the clock: the reader waits for the sender. */
  run(): void {
    if (this.#timer) return;
    this.#since = Date.now();
    this.#timer = setTimeout(this.#onSlow, this.#leftMs);
  }

  /** Stops the clock until `run`: the reader makes the sender wait, or the body has ended. */
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
