import { expect, test } from 'vitest';
import { waitForStore } from '../../../activities/store-outage.ts';
import { DarkroomError } from '../../../src/errors.ts';

const { signal } = new AbortController();
const outage = () => new DarkroomError('store_unavailable', 'The store is away');

/** A write that fails with these errors, one after the other, and then succeeds. */
function createWrite(errors: readonly Error[]) {
  const calls: number[] = [];
  const write = async () => {
    calls.push(performance.now());
    const error = errors[calls.length - 1];
    if (error) throw error;
    return 'written';
  };
  return { write, calls };
}

test('a write is repeated through an outage, with a pause before each attempt', async () => {
  const pauses: unknown[] = [];
  const { write, calls } = createWrite([outage(), outage()]);
  const log = { log: (_: string, { retryMs }: { retryMs?: unknown } = {}) => void pauses.push(retryMs) };
  expect(await waitForStore(log, signal, write)).toBe('written');
  expect(pauses).toEqual([500, 1000]);
  const waited = calls.slice(1).map((at, index) => at - (calls[index] ?? 0));
  // Timers may fire a millisecond early, and late by any time.
  for (const [index, ms] of waited.entries()) expect(ms).toBeGreaterThan([490, 990][index] ?? 0);
});

test.each(['disk_full', 'operation_failed'] as const)('%s is thrown at once', async (code) => {
  const { write, calls } = createWrite([new DarkroomError(code, 'No')]);
  await expect(waitForStore({ log: () => undefined }, signal, write)).rejects.toMatchObject({ code });
  expect(calls).toHaveLength(1);
});

test('a cancelled write is given up, with the reason', async () => {
  const cancel = new AbortController();
  const { write } = createWrite(Array.from({ length: 99 }, outage));
  const log = { log: () => cancel.abort(new Error('cancelled')) };
  await expect(waitForStore(log, cancel.signal, write)).rejects.toThrow('cancelled');
});
