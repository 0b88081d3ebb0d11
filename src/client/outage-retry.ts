/** Rides out outages: a server that restarts must not end the wait for a job, which goes on without it. */

import { DarkroomProblem } from './problem.ts';
import { sleep } from './sleep.ts';

const OUTAGE_MS = 5 * 60_000;
const DELAY_MS = 1000;

export class OutageRetry {
  #since: number | null = null;
  readonly #signal: AbortSignal | undefined;
  readonly #outageMs: number;

  constructor({ signal, outageMs = OUTAGE_MS }: { signal?: AbortSignal | undefined; outageMs?: number }) {
    this.#signal = signal;
    this.#outageMs = outageMs;
  }

  /** The server answered. */
  renew(): void {
    this.#since = null;
  }

  /** Resolves when it is time to try again; throws what is no outage, and an outage that lasts too long. */
  async wait(error: unknown): Promise<void> {
    if (!(error instanceof DarkroomProblem && error.isOutage)) throw error;
    this.#since ??= Date.now();
    if (Date.now() - this.#since > this.#outageMs) throw error;
    await sleep(Math.min(error.retryAfterMs ?? DELAY_MS, 30_000), this.#signal);
  }
}
