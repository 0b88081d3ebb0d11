/** Limits the time of asynchronous work. */

/** Longest delay of a timer, in milliseconds: with more, it ends at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/**
 * Calls `work` with a signal that aborts after `ms` milliseconds, or when `signal` aborts.
 *
 * Use this instead of `AbortSignal.timeout`: Node 20 may collect a timeout signal that only `AbortSignal.any` refers to, and it
 * then never aborts. A lint rule forbids it.
 *
 * @param ms Null: without a limit.
 * @param work Its second argument returns whether the time is over.
 * @example
 * const response = await withTimeout(5000, undefined, (signal) => fetch(url, { signal }));
 */
export async function withTimeout<T>(
  ms: number | null,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal, isLate: () => boolean) => Promise<T>,
): Promise<T> {
  const timeout = new AbortController();
  const timer = ms === null ? undefined : setTimeout(() => timeout.abort(), Math.min(ms, MAX_DELAY_MS));
  try {
    const either = signal ? AbortSignal.any([signal, timeout.signal]) : timeout.signal;
    return await work(either, () => timeout.signal.aborted);
  } finally {
    clearTimeout(timer);
  }
}
