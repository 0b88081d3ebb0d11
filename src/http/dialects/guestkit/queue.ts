/** How many jobs of a tenant may be pending. Temporal would take any number; clients of this API count on a bound. */
import { DarkroomError } from '../../../errors.ts';

/** Milliseconds for which a count is good enough, and below which counting again would tell nothing new. */
const FRESH_MS = { below: 1000, full: 100 };

/** One for each tenant, so that none can fill those of the others. */
export class Queues {
  readonly #count: (tenant: string) => Promise<number>;
  readonly #limit: number;
  readonly #queues = new Map<string, Queue>();

  /** `count`: a tenant's pending jobs. */
  constructor(count: (tenant: string) => Promise<number>, limit: number) {
    this.#count = count;
    this.#limit = limit;
  }

  of(tenant: string): Queue {
    const queue = this.#queues.get(tenant) ?? new Queue(() => this.#count(tenant), this.#limit);
    this.#queues.set(tenant, queue);
    return queue;
  }
}

class Queue {
  readonly #count: () => Promise<number>;
  readonly #limit: number;
  #counted = 0;
  /** Since the last count began. */
  #admitted = 0;
  #countedAt = Number.NEGATIVE_INFINITY;
  #counting: Promise<void> | null = null;

  constructor(count: () => Promise<number>, limit: number) {
    this.#count = count;
    this.#limit = limit;
  }

  /** Makes room for one more job. Throws queue_full, and what counting throws. */
  async admit(): Promise<void> {
    const freshMs = this.#isFull() ? FRESH_MS.full : FRESH_MS.below;
    if (Date.now() - this.#countedAt > freshMs) {
      this.#counting ??= this.#recount();
      await this.#counting;
    }
    if (this.#isFull()) {
      const message = `The queue is full: ${this.#limit} jobs are pending. Submit the job again when some of them have begun`;
      throw new DarkroomError('queue_full', message, { details: { max_queue_size: this.#limit } });
    }
    this.#admitted += 1;
  }

  #isFull(): boolean {
    return this.#counted + this.#admitted >= this.#limit;
  }

  async #recount(): Promise<void> {
    const before = this.#admitted;
    try {
      this.#counted = await this.#count();
      this.#admitted -= before;
      this.#countedAt = Date.now();
    } finally {
      this.#counting = null;
    }
  }
}
