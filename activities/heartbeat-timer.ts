/** Sends the heartbeats of an activity: often while it is young, when somebody watches it, and less often later. */

/** A process whose timers are this late cannot tell that only its connection to Temporal was interrupted. */
const BLOCKED_MS = 5000;

/** An interval grows to this multiple of the shortest one. */
const MAX_GROWTH = 4;

/** Heartbeats for each doubling of an activity's age, once the interval grows. */
const AGE_PARTS = 120;

export interface HeartbeatTimes {
  /** Milliseconds of the shortest interval. */
  readonly shortestMs: number;
  /** Milliseconds without a heartbeat after which Temporal gives up the activity; null: it does not. */
  readonly timeoutMs: number | null;
}

/** Milliseconds until the next heartbeat of an activity of this age. A quarter of the timeout at most: some may be lost. */
export function computeHeartbeatDelay({ shortestMs, timeoutMs }: HeartbeatTimes, ageMs: number): number {
  const byAge = Math.min(Math.max(shortestMs, ageMs / AGE_PARTS), shortestMs * MAX_GROWTH);
  return timeoutMs === null ? byAge : Math.min(byAge, timeoutMs / 4);
}

export class HeartbeatTimer {
  readonly #startedAt = Date.now();
  #timer: NodeJS.Timeout | undefined;
  #wasBlocked = false;

  constructor(times: HeartbeatTimes, beat: () => void) {
    const schedule = () => {
      const delay = computeHeartbeatDelay(times, Date.now() - this.#startedAt);
      const dueAt = Date.now() + delay;
      this.#timer = setTimeout(() => {
        this.#wasBlocked ||= Date.now() - dueAt > BLOCKED_MS;
        beat();
        schedule();
      }, delay);
    };
    schedule();
  }

  /** Whether a heartbeat was late because this process was blocked. */
  get wasBlocked(): boolean {
    return this.#wasBlocked;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
