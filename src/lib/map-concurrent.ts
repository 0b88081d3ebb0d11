/** Many pieces of work, a few at a time. */
import { setMaxListeners } from 'node:events';

export interface Lanes {
  /** Pieces that are under way at once. */
  readonly concurrency: number;
  /** Aborted: no other piece is begun, and those under way are told. */
  readonly signal: AbortSignal;
}

/**
 * Like Promise.all over a map, but only so many at a time; the results stand in the order of the items. The first failure stops
 * the others by the signal that `work` is given. It throws once none is under way any more, so that whoever tidies up
 * then has nobody who works on behind his back.
 */
export async function mapConcurrent<T, R>(
  items: readonly T[],
  { concurrency, signal }: Lanes,
  work: (item: T, signal: AbortSignal) => Promise<R>,
): Promise<R[]> {
  const giveUp = new AbortController();
  const stopped = AbortSignal.any([signal, giveUp.signal]);
  // Each lane listens in several places; Node would take that for a leak.
  setMaxListeners(0, stopped);
  const results: R[] = new Array(items.length);
  const queue = items.entries();
  const lane = async () => {
    for (const [position, item] of queue) {
      stopped.throwIfAborted();
      results[position] = await work(item, stopped);
    }
  };
  const lanes = Array.from({ length: Math.min(concurrency, items.length) }, lane);
  try {
    await Promise.all(lanes);
  } catch (error) {
    giveUp.abort(error);
    await Promise.allSettled(lanes);
    throw error;
  }
  return results;
}
