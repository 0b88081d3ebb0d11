/** The durable activities of stages that run in this worker. */

interface Load {
  running: number;
  /** When one of them started or ended last, in milliseconds of `performance.now()`. */
  changedAt: number;
}

interface DurableStagesOptions {
  /** Capabilities that the worker offers; default: all. */
  readonly offers?: (capability: string) => boolean;
  /** Milliseconds without a start or an end after which no others wait in the task queue. */
  readonly quietMs?: number;
}

/**
 * Decides whether a stage may be tried inside a workflow task. Durable stages have waited in their task queue, where tenants take turns,
 * so local attempts must not overtake those that still wait there.
 */
export class DurableStages {
  readonly #offers: (capability: string) => boolean;
  readonly #quietMs: number;
  readonly #loads = new Map<string, Load>();

  constructor({ offers = () => true, quietMs = 1000 }: DurableStagesOptions = {}) {
    this.#offers = offers;
    this.#quietMs = quietMs;
  }

  /** Runs a durable stage. */
  async run<T>(capability: string, work: () => Promise<T>): Promise<T> {
    const load = this.#loads.get(capability) ?? { running: 0, changedAt: 0 };
    this.#loads.set(capability, load);
    load.running += 1;
    load.changedAt = performance.now();
    try {
      return await work();
    } finally {
      load.running -= 1;
      load.changedAt = performance.now();
    }
  }

  /** Returns why a stage may not be tried locally; null: it may. Stages of `io` only wait, so they compete for nothing. */
  refuseLocal(capability: string): string | null {
    if (!this.#offers(capability)) return `The worker does not offer ${capability}`;
    const load = capability === 'io' ? undefined : this.#loads.get(capability);
    const isBusy = load && (load.running > 0 || performance.now() - load.changedAt < this.#quietMs);
    return isBusy ? `Other stages of ${capability} take turns` : null;
  }
}
