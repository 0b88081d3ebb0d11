/** Reads a sequence of documents, several at a time. */
import { READ_CONCURRENCY, readJson } from './json.ts';
import type { ObjectStore } from './object-store.ts';

/**
 * JSON documents in the order of their keys. The value is null when the object was deleted meanwhile.
 *
 * @param limit Expected page size; bounds the initial prefetch.
 */
export async function* readAhead<T>(
  store: ObjectStore,
  keys: AsyncIterable<string>,
  limit = READ_CONCURRENCY,
): AsyncGenerator<{ readonly key: string; readonly value: T | null }> {
  const reading: { key: string; value: Promise<T | null> }[] = [];
  const more = keys[Symbol.asyncIterator]();
  try {
    for (let done = false, read = 0; ; read++) {
      while (!done && reading.length < Math.min(READ_CONCURRENCY, limit + read)) {
        const next = await more.next();
        if (next.done) done = true;
        else {
          const value = readJson<T>(store, next.value);
          // The error is thrown when this document's turn comes.
          value.catch(() => undefined);
          reading.push({ key: next.value, value });
        }
      }
      const first = reading.shift();
      if (!first) return;
      yield { key: first.key, value: await first.value };
    }
  } finally {
    await more.return?.();
  }
}
