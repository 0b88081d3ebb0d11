import { describe, expect, test } from 'vitest';
import { type Share, SharedSlots } from '../../../src/lib/shared-slots.ts';

/** Starts calls that run until they are told to end. */
function hold(slots: SharedSlots, count: number, ...shares: Share[]) {
  const ends: (() => void)[] = [];
  const done = Array.from({ length: count }, () =>
    slots.run(createSignal(), shares, () => new Promise<void>((resolve) => ends.push(resolve))),
  );
  return { running: () => ends.length, endOne: () => ends.shift()?.(), done };
}

const createSignal = () => new AbortController().signal;
const tick = () => new Promise((resolve) => setImmediate(resolve));
const tenant = (key: string): Share => ({ key, factor: 4 });

describe('the number of slots of a tenant', () => {
  test.each([
    [50, 4, 40],
    [50, 1, 25],
    [128, 1 / 3, 32],
    [1, 4, 1],
    [1, 1, 1],
    [2, 1, 1],
    [3, 4, 3],
  ])('alone, with %i slots and the factor %f: %i', async (slots, factor, expected) => {
    const held = hold(new SharedSlots(slots), slots + 10, { key: 'a', factor });
    await tick();
    expect(held.running()).toBe(expected);
  });

  test('beside a tenant that has its maximum', async () => {
    const slots = new SharedSlots(50);
    hold(slots, 100, tenant('a'));
    const other = hold(slots, 100, tenant('b'));
    await tick();
    // 8 < 4 × 2 is false.
    expect(other.running()).toBe(8);
  });

  test('is about half for each of two, once the first has released slots', async () => {
    const slots = new SharedSlots(50);
    const first = hold(slots, 1000, tenant('a'));
    const second = hold(slots, 1000, tenant('b'));
    for (let round = 0; round < 300; round++) {
      first.endOne();
      await tick();
    }
    expect([first.running(), second.running()]).toEqual([23, 22]);
  });

  test('is limited by each of several shares', async () => {
    const slots = new SharedSlots(50);
    const slow = hold(slots, 100, tenant('a'), { key: 'slow.example', factor: 1 });
    const fast = hold(slots, 100, tenant('a'), { key: 'fast.example', factor: 1 });
    await tick();
    expect([slow.running(), fast.running()]).toEqual([25, 13]);
  });
});

test('a free slot goes to the tenant with the fewest slots', async () => {
  const slots = new SharedSlots(4);
  const first = hold(slots, 10, { key: 'a', factor: 100 });
  const second = hold(slots, 1, { key: 'b', factor: 100 });
  await tick();
  expect([first.running(), second.running()]).toEqual([4, 0]);
  first.endOne();
  await tick();
  expect([first.running(), second.running()]).toEqual([3, 1]);
});

test('a failed call releases its slot, and results and errors are passed on', async () => {
  const slots = new SharedSlots(1);
  await expect(
    slots.run(createSignal(), [tenant('a')], () => Promise.reject(new Error('no'))),
  ).rejects.toThrow('no');
  expect(await slots.run(createSignal(), [tenant('a')], async () => 7)).toBe(7);
});

test('a call that is aborted while it waits takes no slot', async () => {
  const slots = new SharedSlots(1);
  const held = hold(slots, 1, tenant('a'));
  const abort = new AbortController();
  const waiting = slots.run(abort.signal, [tenant('a')], async () => 'ran');
  abort.abort(new Error('no longer wanted'));
  await expect(waiting).rejects.toThrow('no longer wanted');
  await expect(slots.run(abort.signal, [], async () => 'ran')).rejects.toThrow('no longer wanted');
  held.endOne();
  await Promise.all(held.done);
  expect(await slots.run(createSignal(), [tenant('b')], async () => 'next')).toBe('next');
});
