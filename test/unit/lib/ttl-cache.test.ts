import { expect, test } from 'vitest';
import { TtlCache } from '../../../src/lib/ttl-cache.ts';

test('a full cache drops its oldest entry', async () => {
  const cache = new TtlCache<string>(60_000, 3);
  const loaded: string[] = [];
  const get = (key: string) =>
    cache.get(key, async () => {
      loaded.push(key);
      return key;
    });
  for (const key of ['a', 'b', 'c', 'a', 'd', 'b', 'a']) expect(await get(key)).toBe(key);
  expect(loaded).toEqual(['a', 'b', 'c', 'd', 'a']);
});

test('concurrent callers share the call, and an error is not cached', async () => {
  const cache = new TtlCache<number>(60_000, 3);
  let calls = 0;
  const fail = async () => {
    calls += 1;
    throw new Error('away');
  };
  const results = await Promise.allSettled([cache.get('a', fail), cache.get('a', fail)]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(calls).toBe(1);
  expect(await cache.get('a', async () => 7)).toBe(7);
});

test('a result expires, and a time to live of 0 caches nothing', async () => {
  const short = new TtlCache<number>(20, 3);
  expect(await short.get('a', async () => 1)).toBe(1);
  await expect.poll(() => short.get('a', async () => 2)).toBe(2);
  const none = new TtlCache<number>(0, 3);
  expect(await none.get('a', async () => 1)).toBe(1);
  expect(await none.get('a', async () => 2)).toBe(2);
});
