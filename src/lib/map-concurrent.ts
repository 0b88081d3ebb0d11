/** A concurrent map with a limit. */
import { setMaxListeners } from 'node:events';

export interface Concurrency {
  /** Items that are processed at once. */
  readonly concurrency: number;
  /** Starts no further item once it aborts, and aborts the signal of the running ones. */
  readonly signal?: AbortSignal;
}

/**
 * Maps items like `Promise.all`, with a limited number at once. The results are in the order of the items.
 *
 * The first failure aborts the signal that the other calls of `work` were given. The promise settles only after every
 * started call has settled, so that a caller may clean up at once.
 *
 * @throws The first error of `work`, or the reason of `signal`.
 * @example
 * const sizes = await mapConcurrent(paths, { concurrency: 8, signal }, async (path) => (await stat(path)).size);
 */
export async function mapConcurrent<T, R>(
  items: readonly T[],
  { concurrency, signal }: Concurrency,
  work: (item: T, signal: AbortSignal) => Promise<R>,
): Promise<R[]> {
  const failure = new AbortController();
  const stop = AbortSignal.any(signal ? [signal, failure.signal] : [failure.signal]);
  // Each runner adds several listeners, which Node would report as a leak.
  setMaxListeners(0, stop);
  const results: R[] = new Array(items.length);
  const queue = items.entries();
  const runQueue = async () => {
    for (const [index, item] of queue) {
      stop.throwIfAborted();
      results[index] = await work(item, stop);
    }
  };
  const runners = Array.from({ length: Math.min(concurrency, items.length) }, runQueue);
  try {
    await Promise.all(runners);
  } catch (error) {
    failure.abort(error);
    await Promise.allSettled(runners);
    throw error;
  }
  return results;
}
