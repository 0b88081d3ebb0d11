/** Objects that are read one after another, some of them ahead: a bucket takes as long for sixteen as for one. */
import { readJson } from './json.ts';
import type { ObjectStore } from './object-store.ts';

/** Small documents that are read side by side. */
const AT_ONCE = 16;

/**
 * JSON documents in the order of their keys, null where there is no such object any more. `wanted`: how many do, for all that is known; no
 * more are read ahead at first.
 */
export async function* readAhead<T>(
  store: ObjectStore,
  keys: AsyncIterable<string>,
  wanted = AT_ONCE,
): AsyncGenerator<{ readonly key: string; readonly value: T | null }> {
  const reading: { key: string; value: Promise<T | null> }[] = [];
  const more = keys[Symbol.asyncIterator]();
  try {
    for (let done = false, read = 0; ; read++) {
      while (!done && reading.length < Math.min(AT_ONCE, wanted + read)) {
        const next = await more.next();
        if (next.done) done = true;
        else {
          const value = readJson<T>(store, next.value);
          // Who comes for it hears of the error.
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
