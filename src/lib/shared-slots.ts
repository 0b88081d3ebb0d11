/** Limits how many calls run at once, with a share for each of those who make them. */

/** Someone who may hold a part of the slots, such as a tenant. */
export interface Share {
  readonly key: string;
  /** The holder may take a slot while it has fewer than this many times the free slots. */
  readonly factor: number;
}

interface Waiter {
  readonly shares: readonly Share[];
  readonly start: () => void;
}

/**
 * Slots that one holder alone cannot use up. The limit of a holder is a multiple of the slots that are free (dynamic thresholds by
 * Choudhury and Hahne): of 50 slots, a single holder with the factor 4 gets 40, and two get 22 or 23 each. Some slots stay free for others.
 */
export class SharedSlots {
  #free: number;
  readonly #held = new Map<string, number>();
  readonly #waiting: Waiter[] = [];

  /** @param slots Calls that may run at once. */
  constructor(slots: number) {
    this.#free = slots;
  }

  /**
   * Runs `work` as soon as every share permits it, and returns its result. A free slot goes to the first share that holds the
   * fewest, and then to who came first.
   *
   * @throws The reason of `signal`, when it aborts before `work` starts.
   */
  async run<T>(signal: AbortSignal, shares: readonly Share[], work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    if (this.#permits(shares)) this.#take(shares);
    else await this.#wait(signal, shares);
    try {
      return await work();
    } finally {
      this.#release(shares);
    }
  }

  #permits(shares: readonly Share[]): boolean {
    return this.#free > 0 && shares.every(({ key, factor }) => this.#holds(key) < factor * this.#free);
  }

  #holds(key: string | undefined): number {
    return (key !== undefined && this.#held.get(key)) || 0;
  }

  #take(shares: readonly Share[]): void {
    this.#free--;
    for (const { key } of shares) this.#held.set(key, this.#holds(key) + 1);
  }

  #release(shares: readonly Share[]): void {
    this.#free++;
    for (const { key } of shares) {
      const left = this.#holds(key) - 1;
      if (left === 0) this.#held.delete(key);
      else this.#held.set(key, left);
    }
    for (let next = this.#findNext(); next; next = this.#findNext()) {
      this.#waiting.splice(this.#waiting.indexOf(next), 1);
      this.#take(next.shares);
      next.start();
    }
  }

  #findNext(): Waiter | undefined {
    return this.#waiting
      .filter(({ shares }) => this.#permits(shares))
      .sort((a, b) => this.#holds(a.shares[0]?.key) - this.#holds(b.shares[0]?.key))[0];
  }

  #wait(signal: AbortSignal, shares: readonly Share[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(signal.reason as Error);
      };
      const waiter: Waiter = {
        shares,
        start: () => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(waiter);
    });
  }
}
