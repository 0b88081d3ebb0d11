import { DarkroomProblem } from './problem.ts';
import { sleep } from './sleep.ts';

const OUTAGE_MS = 5 * 60_000;
const DELAY_MS = 1000;

/** Delays between attempts during an outage, and while a limit refuses them. A restart of the server must not end the wait for a job. */
export class OutageRetry {
  #since: number | null = null;
  readonly #signal: AbortSignal | undefined;
  readonly #outageMs: number;

  constructor({ signal, outageMs = OUTAGE_MS }: { signal?: AbortSignal | undefined; outageMs?: number }) {
    this.#signal = signal;
    this.#outageMs = outageMs;
  }

  /** Ends the outage: the server has answered. */
  reset(): void {
    this.#since = null;
  }

  /**
   * Resolves when the next attempt is due.
   *
   * @throws `error` if it is no outage and no limit, or if the outage has lasted longer than `outageMs`
   */
  async wait(error: unknown): Promise<void> {
    if (!(error instanceof DarkroomProblem && (error.isOutage || error.isLimited))) throw error;
    this.#since ??= Date.now();
    if (Date.now() - this.#since > this.#outageMs) throw error;
    await sleep(Math.min(error.retryAfterMs ?? DELAY_MS, 30_000), this.#signal);
  }
}
