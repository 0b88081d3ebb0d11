/** Slow senders are told from slow readers. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Pace } from '../../../src/net/pace.ts';

const KiB = 1024;
let slow: ReturnType<typeof vi.fn<() => void>>;
let pace: Pace;

// The claim is about periods, so the clock is the test's.
beforeEach(() => {
  vi.useFakeTimers();
  slow = vi.fn();
  pace = new Pace({ periodMs: 1000, onSlow: slow });
});
afterEach(() => vi.useRealTimers());

test('silence is too slow after a period, and so are a few bytes', () => {
  pace.run();
  for (let i = 0; i < 9; i++) {
    vi.advanceTimersByTime(100);
    pace.arrived(KiB);
  }
  expect(slow).not.toHaveBeenCalled();
  vi.advanceTimersByTime(100);
  expect(slow).toHaveBeenCalledOnce();
});

test('each 64 KiB start another period', () => {
  pace.run();
  for (let i = 0; i < 20; i++) {
    vi.advanceTimersByTime(450);
    pace.arrived(32 * KiB);
  }
  expect(slow).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1000);
  expect(slow).toHaveBeenCalledOnce();
});

test('time without a reader does not count', () => {
  pace.run();
  vi.advanceTimersByTime(600);
  pace.rest();
  vi.advanceTimersByTime(60_000);
  pace.run();
  vi.advanceTimersByTime(399);
  expect(slow).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(slow).toHaveBeenCalledOnce();
});

test('bytes that arrive without a reader count', () => {
  pace.run();
  vi.advanceTimersByTime(900);
  pace.rest();
  pace.arrived(64 * KiB);
  pace.run();
  vi.advanceTimersByTime(999);
  expect(slow).not.toHaveBeenCalled();
});
