/** Work of this worker that gives equal results: one computes, and the others wait for what it leaves. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DarkroomError } from '../src/errors.ts';

/** Milliseconds for which a place on the worker is kept. Most equal work that is short ends within it. */
const SHORT_MS = 200;
/** The longest time between two looks. */
const MAX_WAIT_MS = 60_000;

/** Pieces of work that are remembered because they left nothing to reuse. */
const MAX_UNSHARED = 1000;

interface RunningWork {
  readonly startedAt: number;
  readonly ended: Promise<void>;
}

/** Ends work. `isShared`: false if others cannot use what it left. */
type EndWork = (isShared: boolean) => void;

/**
 * Lives in the memory of one worker: when the worker dies, nothing is left that others would wait for. Several workers may compute the same
 * at once.
 */
export class EqualWork {
  readonly #running = new Map<string, RunningWork>();
  /** The one that was added first comes first. */
  readonly #unshared = new Set<string>();

  /**
   * Begins work. Returns null after equal work has ended: the caller looks for what it left, and begins again.
   *
   * @param digest - See `digestWork`.
   * @throws DarkroomError `result_awaited` while equal work runs. The attempt then ends, and holds no place on the worker
   * until it looks again: after as long as that work has taken so far.
   */
  async begin(digest: string): Promise<EndWork | null> {
    if (this.#unshared.has(digest)) return () => undefined;
    const other = this.#running.get(digest);
    if (!other) return this.#start(digest);
    const ranMs = Date.now() - other.startedAt;
    if (ranMs < SHORT_MS)
      await Promise.race([other.ended, sleep(SHORT_MS - ranMs, undefined, { ref: false })]);
    if (this.#running.get(digest) !== other) return null;
    const retryAfterMs = Math.min(Math.max(Date.now() - other.startedAt, SHORT_MS), MAX_WAIT_MS);
    throw new DarkroomError(
      'result_awaited',
      'Another job computes the same, and this one takes its results',
      {
        retryAfterMs,
      },
    );
  }

  #start(digest: string): EndWork {
    let resolve = () => {};
    const ended = new Promise<void>((done) => {
      resolve = done;
    });
    this.#running.set(digest, { startedAt: Date.now(), ended });
    return (isShared) => {
      this.#running.delete(digest);
      if (!isShared) this.#unshared.add(digest);
      const [oldest] = this.#unshared;
      if (oldest !== undefined && this.#unshared.size > MAX_UNSHARED) this.#unshared.delete(oldest);
      resolve();
    };
  }
}
