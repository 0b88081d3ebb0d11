/** Calls back when nothing has happened for a while. */

/** Checks within the limit. */
const CHECKS = 10;

/**
 * Counts the time in which this thread runs: nothing happens when the process, or the whole machine, was suspended.
 *
 * @example
 * const watchdog = new Watchdog(30_000, () => child.kill('SIGKILL'));
 * child.on('message', () => watchdog.feed());
 */
export class Watchdog {
  readonly #timer: NodeJS.Timeout;
  #checks = 0;

  /** @param limitMs Milliseconds after the last call of `feed`. */
  constructor(limitMs: number, onSilence: () => void) {
    this.#timer = setInterval(() => {
      this.#checks += 1;
      if (this.#checks <= CHECKS) return;
      this.stop();
      onSilence();
    }, limitMs / CHECKS);
  }

  /** Records that something happened. */
  feed(): void {
    this.#checks = 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
