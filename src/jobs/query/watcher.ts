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

/** Long polls at once, each for the end of one job. They share a connection with all other calls. Other jobs are only polled. */
const MAX_LONG_POLLS = 50;

/** Polls a second of all jobs together. With more jobs, each is polled less often. */
const MAX_POLLS_PER_SECOND = 300;

interface Feed {
  readonly ref: JobRef;
  readonly followers: Set<Follower>;
  latest: JobSnapshot | null;
  delay: number;
  /** Ends the delay before the next poll. */
  wake: () => void;
  /** Whether the next poll comes without a delay. */
  isDue: boolean;
  /** Aborts the long poll for the end of the job; null: there is none. */
  longPoll: AbortController | null;
}

/** Holds the latest snapshot until its reader takes it. A slow reader misses intermediate progress only. */
interface Follower {
  update: JobSnapshot | DarkroomError | null;
  wake: () => void;
}

type UntilEnded = (ref: JobRef, signal: AbortSignal) => Promise<void>;

export class Watcher {
  readonly #poll: (ref: JobRef) => Promise<JobSnapshot>;
  readonly #untilEnded: UntilEnded;
  readonly #feeds = new Map<string, Feed>();
  #longPolls = 0;
  #closed = false;

  /** @param untilEnded Waits for the end of a job by a long poll; `ended` then polls at once. */
  constructor(poll: (ref: JobRef) => Promise<JobSnapshot>, untilEnded: UntilEnded) {
    this.#poll = poll;
    this.#untilEnded = untilEnded;
  }

  /** Ends all streams as if their signals had aborted. Called when the server stops; clients reconnect elsewhere. */
  close(): void {
    this.#closed = true;
    for (const feed of this.#feeds.values()) {
      feed.wake();
      for (const { wake } of feed.followers) wake();
    }
  }

  /**
   * Yields the job now, and after each change up to its end. Returns early when `signal` aborts or the watcher is closed. Waits
   * while Temporal does not answer.
   *
   * @throws job_not_found also when the job is deleted meanwhile.
   */
  async *follow(ref: JobRef, signal: AbortSignal): AsyncGenerator<JobSnapshot> {
    const feed = this.#feedOf(ref);
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
      void this.#pollAtEnd(this.#feedOf(ref));
      for await (const snapshot of this.follow(ref, either)) latest = snapshot;
      return latest;
    });
  }

  #feedOf(ref: JobRef): Feed {
    const key = `${ref.tenant}/${ref.id}`;
    const known = this.#feeds.get(key);
    if (known) return known;
    const feed: Feed = {
      ref,
      followers: new Set(),
      latest: null,
      delay: MIN_DELAY_MS,
      wake: () => undefined,
      isDue: false,
      longPoll: null,
    };
    this.#feeds.set(key, feed);
    void this.#run(key, feed);
    return feed;
  }

  /** Waits by one long poll for all who wait for the end of a job. When it fails, the job is polled once more, and then as before. */
  async #pollAtEnd(feed: Feed): Promise<void> {
    if (feed.longPoll || this.#longPolls >= MAX_LONG_POLLS) return;
    feed.longPoll = new AbortController();
    this.#longPolls += 1;
    await this.#untilEnded(feed.ref, feed.longPoll.signal).catch(() => undefined);
    this.#longPolls -= 1;
    feed.isDue = true;
    feed.wake();
  }

  async #run(key: string, feed: Feed): Promise<void> {
    do {
      const update = await this.#next(feed);
      if (update) for (const follower of feed.followers) publish(follower, update);
      if (update instanceof DarkroomError || (update && isTerminal(update.job.state))) break;
      const fairDelay = (this.#feeds.size / MAX_POLLS_PER_SECOND) * 1000;
      if (!feed.isDue) await delayPoll(feed, Math.max(feed.delay, fairDelay));
      feed.isDue = false;
    } while (feed.followers.size > 0 && !this.#closed);
    this.#feeds.delete(key);
    feed.longPoll?.abort();
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

/** Resolves after `ms`, or when the feed is woken. */
async function delayPoll(feed: Feed, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    feed.wake = resolve;
    // The global timer, which tests replace by a fake clock.
    timer = setTimeout(resolve, ms);
  });
  clearTimeout(timer);
}

function publish(follower: Follower, update: JobSnapshot | DarkroomError): void {
  follower.update = update;
  follower.wake();
}
