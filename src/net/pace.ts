/** Detects senders that are too slow, such as those that send just enough to keep a connection open. */

/** Bytes required per period: a few kilobytes per second, far below the slowest usable connection. */
const LEAST_BYTES = 64 * 1024;

interface PaceOptions {
  readonly periodMs: number;
  /** Bytes that must arrive in each period. Default: 64 KiB. */
  readonly leastBytes?: number;
  /** Called when the sender, while it might send, has sent less. Gets a text such as "less than 64 KiB in 30 s". */
  readonly onSlow: (what: string) => void;
}

export class Pace {
  readonly #periodMs: number;
  readonly #leastBytes: number;
  readonly #onSlow: () => void;
  #timer: NodeJS.Timeout | undefined;
  #since = 0;
  #leftMs: number;
  #bytes = 0;

  constructor({ periodMs, leastBytes = LEAST_BYTES, onSlow }: PaceOptions) {
    this.#periodMs = periodMs;
    this.#leftMs = periodMs;
    this.#leastBytes = leastBytes;
    const size = leastBytes < 1024 ? `${leastBytes} bytes` : `${Math.round(leastBytes / 1024)} KiB`;
    this.#onSlow = () => onSlow(`less than ${size} in ${periodMs / 1000} s`);
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
    if (this.#bytes < this.#leastBytes) return;
    const runs = this.#timer !== undefined;
    this.rest();
    this.#bytes = 0;
    this.#leftMs = this.#periodMs;
    if (runs) this.run();
  }
}
