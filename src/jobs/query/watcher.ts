/** Follows jobs. All followers of a job share its polls. */
import { DarkroomError } from '../../errors.ts';
import { withTimeout } from '../../lib/with-timeout.ts';
import type { JobRef } from '../model/run-input.ts';
import { isTerminal } from '../model/states.ts';
import type { JobSnapshot } from '../ports/job-runtime.ts';

/** Milliseconds between two polls of a job: after a change, and at most without one. */
const MIN_DELAY_MS = 250;
const MAX_DELAY_MS = 1000;
/** Factor by which the delay grows after each poll without a change. */
const BACKOFF = 1.5;

/** Polls a second of all jobs together. With more jobs, each is polled less often. */
const MAX_POLLS_PER_SECOND = 300;

interface Feed {
  readonly ref: JobRef;
  readonly followers: Set<Follower>;
  latest: JobSnapshot | null;
  delay: number;
}

/** Holds the latest snapshot until its reader takes it. A slow reader misses intermediate progress only. */
interface Follower {
  update: JobSnapshot | DarkroomError | null;
  wake: () => void;
}

export class Watcher {
  readonly #poll: (ref: JobRef) => Promise<JobSnapshot>;
  readonly #feeds = new Map<string, Feed>();
  #closed = false;

  constructor(poll: (ref: JobRef) => Promise<JobSnapshot>) {
    this.#poll = poll;
  }

  /** Ends all streams as if their signals had aborted. Called when the server stops; clients reconnect elsewhere. */
  close(): void {
    this.#closed = true;
    for (const { followers } of this.#feeds.values()) for (const { wake } of followers) wake();
  }

  /**
   * Yields the job now, and after each change up to its end. Returns early when `signal` aborts or the watcher is closed. Waits
   * while Temporal does not answer.
   *
   * @throws job_not_found also when the job is deleted meanwhile.
   */
  async *follow(ref: JobRef, signal: AbortSignal): AsyncGenerator<JobSnapshot> {
    const key = `${ref.tenant}/${ref.id}`;
    const feed = this.#feeds.get(key) ?? this.#open(key, ref);
    const follower: Follower = { update: feed.latest, wake: () => undefined };
    feed.followers.add(follower);
    // Immediately, because the reader may never request another snapshot.
    const leave = () => {
      feed.followers.delete(follower);
      follower.wake();
    };
    signal.addEventListener('abort', leave);
    try {
      while (!signal.aborted && !this.#closed) {
        const { update } = follower;
        follower.update = null;
        if (update instanceof DarkroomError) throw update;
        if (update) yield update;
        if (update && isTerminal(update.job.state)) return;
        if (follower.update === null && !signal.aborted && !this.#closed)
          await new Promise<void>((resolve) => {
            follower.wake = resolve;
          });
      }
    } finally {
      signal.removeEventListener('abort', leave);
      feed.followers.delete(follower);
    }
  }

  /**
   * Returns the job once it has ended, or as it is after the timeout; null: Temporal did not answer in time.
   *
   * @throws job_not_found
   */
  ended(ref: JobRef, timeoutMs: number, signal: AbortSignal): Promise<JobSnapshot | null> {
    return withTimeout(timeoutMs, signal, async (either) => {
      let latest: JobSnapshot | null = null;
      for await (const snapshot of this.follow(ref, either)) latest = snapshot;
      return latest;
    });
  }

  #open(key: string, ref: JobRef): Feed {
    const feed: Feed = { ref, followers: new Set(), latest: null, delay: MIN_DELAY_MS };
    this.#feeds.set(key, feed);
    void this.#run(key, feed);
    return feed;
  }

  async #run(key: string, feed: Feed): Promise<void> {
    do {
      const update = await this.#next(feed);
      if (update) for (const follower of feed.followers) publish(follower, update);
      if (update instanceof DarkroomError || (update && isTerminal(update.job.state))) break;
      const fairDelay = (this.#feeds.size / MAX_POLLS_PER_SECOND) * 1000;
      // The global timer, which tests replace by a fake clock.
      await new Promise((resolve) => setTimeout(resolve, Math.max(feed.delay, fairDelay)));
    } while (feed.followers.size > 0 && !this.#closed);
    this.#feeds.delete(key);
  }

  /** Returns null without a change. An error is the last update of a job. */
  async #next(feed: Feed): Promise<JobSnapshot | DarkroomError | null> {
    try {
      const snapshot = await this.#poll(feed.ref);
      const changed = JSON.stringify(snapshot) !== JSON.stringify(feed.latest);
      feed.delay = changed ? MIN_DELAY_MS : Math.min(feed.delay * BACKOFF, MAX_DELAY_MS);
      feed.latest = snapshot;
      return changed ? snapshot : null;
    } catch (error) {
      feed.delay = MAX_DELAY_MS;
      if (error instanceof DarkroomError && error.retryable) return null;
      return error instanceof DarkroomError ? error : new DarkroomError('internal', String(error));
    }
  }
}

function publish(follower: Follower, update: JobSnapshot | DarkroomError): void {
  follower.update = update;
  follower.wake();
}
