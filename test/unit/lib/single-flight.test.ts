import { expect, test } from 'vitest';
import { SingleFlight } from '../../../src/lib/single-flight.ts';

const tick = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('concurrent callers share one result or error', async () => {
  const flights = new SingleFlight<number>(() => 60_000);
  let asked = 0;
  const ask = async () => {
    await tick(10);
    return ++asked;
  };
  expect(await Promise.all([1, 2, 3].map(() => flights.get('a', ask)))).toEqual([1, 1, 1]);
  expect(await flights.get('a', ask)).toBe(1);
  expect(await flights.get('b', ask)).toBe(2);
  flights.forget('a');
  expect(await flights.get('a', ask)).toBe(3);
});

test('caches no errors, and results only until they expire', async () => {
  const flights = new SingleFlight<number>((answer) => answer);
  await expect(flights.get('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect(await flights.get('a', async () => 1)).toBe(1);
  await tick(50);
  expect(await flights.get('a', async () => 60_000)).toBe(60_000);
  expect(await flights.get('a', async () => 7)).toBe(60_000);
});

test('does not cache a result that was invalidated while it was pending', async () => {
  const flights = new SingleFlight<string>(() => 60_000);
  let release = (_: string) => {};
  const old = flights.get('a', () => new Promise((resolve) => (release = resolve)));
  flights.forget('a');
  expect(await flights.get('a', async () => 'new')).toBe('new');
  release('old');
  expect(await old).toBe('old');
  expect(await flights.get('a', async () => 'newer')).toBe('new');
});
