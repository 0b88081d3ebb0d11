/** Restarts a process that ends, with back-off. */
import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_DELAY_MS = 200;
const MAX_DELAY_MS = 10_000;
/** A process that ran this long was stable: its restart does not count as a repeated one. */
const STABLE_MS = 30_000;

interface Supervision<Ending> {
  /** Ends the supervision; it does not end the process. */
  readonly signal: AbortSignal;
  /** Called after each unexpected end, with the milliseconds until the restart. */
  readonly onRestart: (ending: Ending, delayMs: number) => void;
}

/**
 * Calls `run` again each time it resolves, until `signal` aborts. The delay starts at 200 ms, doubles up to 10 s, and
 * starts anew after a run of more than 30 s.
 *
 * @param run Starts the process and resolves with how it ended. It must not reject.
 */
export async function supervise<Ending>(
  run: () => Promise<Ending>,
  { signal, onRestart }: Supervision<Ending>,
): Promise<void> {
  for (let delayMs = FIRST_DELAY_MS; !signal.aborted; delayMs = Math.min(delayMs * 2, MAX_DELAY_MS)) {
    const startedAt = Date.now();
    const ending = await run();
    if (signal.aborted) return;
    if (Date.now() - startedAt > STABLE_MS) delayMs = FIRST_DELAY_MS;
    onRestart(ending, delayMs);
    await sleep(delayMs, undefined, { signal }).catch(() => undefined);
  }
}
