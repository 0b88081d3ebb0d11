/**
 * Local attempts: first attempts of short steps, which run inside a workflow task. One that takes too long is handed to the durable
 * activity of its step and goes on there, so that no work is repeated.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ActivityRun } from './activity-run.ts';
import type { Heartbeat } from './types.ts';

const defaults = {
  /** Milliseconds of a local attempt, during which its workflow publishes nothing. */
  limitMs: 1000,
  /** Milliseconds in which a durable activity must take over. On another worker it begins anew. */
  handoverMs: 5000,
  /** Attempts at once: they hold places for workflow tasks, of which the worker has 100, and know no order of tenants. */
  maxAttempts: 16,
};

/** The step has not ended: its durable activity continues. */
export class Unfinished extends Error {}

/** What a local attempt has of its own. A durable activity that takes over has the rest. */
type LocalContext = Pick<ActivityRun, 'signal' | 'startedAt' | 'log' | 'record' | 'report'>;

interface Attempt {
  readonly result: Promise<unknown>;
  /** Passes the progress to a durable activity, and its cancellation to the work. */
  continueIn(activity: ActivityRun): void;
}

export class LocalAttempts {
  readonly #handedOver = new Map<string, Attempt>();
  readonly #limits: typeof defaults;
  #running = 0;

  constructor(limits: Partial<typeof defaults> = {}) {
    this.#limits = { ...defaults, ...limits };
  }

  /**
   * Makes a local attempt.
   *
   * @param key Names the step. Its durable activity calls `take` with the same key.
   * @throws Unfinished when the worker has enough local attempts, or when the work takes longer than a second
   */
  async run<T>(key: string, context: LocalContext, work: (activity: ActivityRun) => Promise<T>): Promise<T> {
    const { limitMs, handoverMs, maxAttempts } = this.#limits;
    if (this.#running >= maxAttempts) throw new Unfinished('The worker makes enough local attempts');
    this.#running += 1;
    const { result, continueIn, abort } = begin(context, work);
    const ended = result.finally(() => {
      this.#running -= 1;
    });
    const limit = new AbortController();
    const isLate = sleep(limitMs, true, { signal: limit.signal }).catch(() => false);
    try {
      if (!(await Promise.race([ended.then(() => false), isLate]))) return await ended;
    } finally {
      limit.abort();
    }
    this.#handedOver.set(key, { result: ended, continueIn });
    ended.catch(() => undefined);
    const giveUp = setTimeout(() => {
      if (this.#handedOver.delete(key)) abort();
    }, handoverMs);
    giveUp.unref();
    throw new Unfinished('The attempt takes longer than a local attempt may');
  }

  /** Continues a local attempt in a durable activity; null when there is none. */
  take<T>(key: string, activity: ActivityRun): Promise<T> | null {
    const attempt = this.#handedOver.get(key);
    if (!attempt) return null;
    this.#handedOver.delete(key);
    attempt.continueIn(activity);
    return attempt.result as Promise<T>;
  }
}

function begin<T>(
  { signal, startedAt, log, record, report }: LocalContext,
  work: (activity: ActivityRun) => Promise<T>,
): { result: Promise<T>; continueIn(activity: ActivityRun): void; abort(): void } {
  const controller = new AbortController();
  const follow = (leader: AbortSignal) => {
    if (leader.aborted) controller.abort(leader.reason);
    else leader.addEventListener('abort', () => controller.abort(leader.reason), { once: true });
  };
  follow(signal);
  let progress: Partial<Heartbeat> = {};
  let durable: ActivityRun | null = null;
  const result = work({
    startedAt,
    scheduledAt: startedAt,
    attempt: 1,
    lastAttempt: false,
    earlier: null,
    signal: controller.signal,
    report: (more) => {
      progress = { ...progress, ...more };
      (durable?.report ?? report)(more);
    },
    log: (message, fields) => (durable?.log ?? log)(message, fields),
    record: (message) => (durable?.record ?? record)(message),
  });
  return {
    result,
    continueIn: (activity) => {
      durable = activity;
      activity.report(progress);
      follow(activity.signal);
    },
    abort: () => controller.abort(new Error('No activity continues the local attempt')),
  };
}
