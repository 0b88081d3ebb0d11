/** Work in lanes: in order, bounded, and over when it says that it is. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { mapConcurrent } from '../../../src/lib/map-concurrent.ts';

const { signal } = new AbortController();
const numbers = Array.from({ length: 20 }, (_, index) => index);

test('limits concurrency and returns results in the order of the items', async () => {
  let now = 0;
  let most = 0;
  const results = await mapConcurrent(numbers, { concurrency: 3, signal }, async (number) => {
    now += 1;
    most = Math.max(most, now);
    await sleep((number * 7) % 5);
    now -= 1;
    return number * 2;
  });
  expect(results).toEqual(numbers.map((number) => number * 2));
  expect([most, now]).toEqual([3, 0]);
  expect(await mapConcurrent([], { concurrency: 3, signal }, async () => 1)).toEqual([]);
});

/** Works until it is told to stop, and takes a moment to tidy up then. */
const untilStopped = async (stop: AbortSignal) => {
  await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }));
  await sleep(50);
  throw stop.reason;
};

test('after a failure it starts no other call, and throws once all calls have ended', async () => {
  const begun: number[] = [];
  let underWay = 0;
  const running = mapConcurrent(numbers, { concurrency: 4, signal }, async (number, stop) => {
    begun.push(number);
    underWay += 1;
    try {
      if (number === 2) throw new Error('broken');
      await untilStopped(stop);
    } finally {
      underWay -= 1;
    }
  });
  await expect(running).rejects.toThrow('broken');
  expect(underWay).toBe(0);
  await sleep(100);
  expect(begun).toEqual([0, 1, 2, 3]);
});

test('after an abort it starts no other call, and throws the reason', async () => {
  const cancel = new AbortController();
  const begun: number[] = [];
  const running = mapConcurrent(numbers, { concurrency: 2, signal: cancel.signal }, async (number) => {
    begun.push(number);
    if (number === 3) cancel.abort(new Error('cancelled'));
  });
  await expect(running).rejects.toThrow('cancelled');
  expect(begun.at(-1)).toBeLessThan(6);
});
