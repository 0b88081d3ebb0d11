/** Follows jobs for many at once: however many follow a job, it is asked for once. */
import { DarkroomError } from '../../errors.ts';
import type { JobRef } from '../model/run-input.ts';
import { isTerminal } from '../model/states.ts';
import type { JobSnapshot } from '../ports/job-runtime.ts';

/** Between two looks at a job in which something goes on, and at one that rests. */
const BUSY_MS = 250;
const REST_MS = 1000;
/** A job rests a little longer after each look that found nothing new. */
const SLOWDOWN = 1.5;

/** Looks a second at all jobs together; more jobs than that are looked at less often. */
const LOOKS_PER_SECOND = 300;

interface Feed {
  readonly ref: JobRef;
  readonly followers: Set<Follower>;
  latest: JobSnapshot | null;
  delay: number;
}

/** Holds the latest snapshot until its reader is ready for it: a slow one misses intermediate progress, and nothing else. */
interface Follower {
  news: JobSnapshot | DarkroomError | null;
  wake: () => void;
}

export class Watcher {
  readonly #look: (ref: JobRef) => Promise<JobSnapshot>;
  readonly #feeds = new Map<string, Feed>();
  #closed = false;

  constructor(look: (ref: JobRef) => Promise<JobSnapshot>) {
    this.#look = look;
  }

  /** Lets all followers go, as if they had asked for it: the server stops, and they can follow elsewhere. */
  close(): void {
    this.#closed = true;
    for (const { followers } of this.#feeds.values()) for (const { wake } of followers) wake();
  }

  /**
   * The job as it is, and then each time it has changed, up to its end. Ends early, without a word, when `signal`
   * aborts or the watcher is closed. Throws job_not_found when there is no such job, or no longer; waits while Temporal is away.
   */
  async *follow(ref: JobRef, signal: AbortSignal): AsyncGenerator<JobSnapshot> {
    const key = `${ref.tenant}/${ref.id}`;
    const feed = this.#feeds.get(key) ?? this.#open(key, ref);
    const follower: Follower = { news: feed.latest, wake: () => undefined };
    feed.followers.add(follower);
    // At once: nobody may ask for the next snapshot any more.
    const leave = () => {
      feed.followers.delete(follower);
      follower.wake();
    };
    signal.addEventListener('abort', leave);
    try {
      while (!signal.aborted && !this.#closed) {
        const { news } = follower;
        follower.news = null;
        if (news instanceof DarkroomError) throw news;
        if (news) yield news;
        if (news && isTerminal(news.job.state)) return;
        if (follower.news === null && !signal.aborted && !this.#closed)
          await new Promise<void>((resolve) => {
            follower.wake = resolve;
          });
      }
    } finally {
      signal.removeEventListener('abort', leave);
      feed.followers.delete(follower);
    }
  }

  /** The job once it has ended, or as it is when the time is over. Throws job_not_found. */
  async ended(ref: JobRef, timeoutMs: number, signal: AbortSignal): Promise<JobSnapshot | null> {
    const over = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    let latest: JobSnapshot | null = null;
    for await (const snapshot of this.follow(ref, over)) latest = snapshot;
    return latest;
  }

  #open(key: string, ref: JobRef): Feed {
    const feed: Feed = { ref, followers: new Set(), latest: null, delay: BUSY_MS };
    this.#feeds.set(key, feed);
    void this.#run(key, feed);
    return feed;
  }

  async #run(key: string, feed: Feed): Promise<void> {
    do {
      const news = await this.#next(feed);
      if (news) for (const follower of feed.followers) tell(follower, news);
      if (news instanceof DarkroomError || (news && isTerminal(news.job.state))) break;
      const fair = (this.#feeds.size / LOOKS_PER_SECOND) * 1000;
      await new Promise((resolve) => setTimeout(resolve, Math.max(feed.delay, fair)));
    } while (feed.followers.size > 0 && !this.#closed);
    this.#feeds.delete(key);
  }

  /** Null: nothing new. An error is the last news of a job. */
  async #next(feed: Feed): Promise<JobSnapshot | DarkroomError | null> {
    try {
      const snapshot = await this.#look(feed.ref);
      const changed = JSON.stringify(snapshot) !== JSON.stringify(feed.latest);
      feed.delay = changed ? BUSY_MS : Math.min(feed.delay * SLOWDOWN, REST_MS);
      feed.latest = snapshot;
      return changed ? snapshot : null;
    } catch (error) {
      feed.delay = REST_MS;
      if (error instanceof DarkroomError && error.retryable) return null;
      return error instanceof DarkroomError ? error : new DarkroomError('internal', String(error));
    }
  }
}

function tell(follower: Follower, news: JobSnapshot | DarkroomError): void {
  follower.news = news;
  follower.wake();
}
