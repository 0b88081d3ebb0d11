import { expect, test, vi } from 'vitest';
import { supervise } from '../../../src/lib/supervise.ts';

test('restarts with a doubling delay, which a stable run resets', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    const runsMs = [0, 0, 31_000, 0];
    const restarts: [number, number][] = [];
    const stop = new AbortController();
    let count = 0;
    await supervise(
      async () => {
        vi.setSystemTime(Date.now() + (runsMs[count] ?? 0));
        return count++;
      },
      {
        signal: stop.signal,
        onRestart: (run, delayMs) => {
          restarts.push([run, delayMs]);
          if (run === 3) stop.abort();
        },
      },
    );
    expect(restarts).toEqual([
      [0, 200],
      [1, 400],
      [2, 200],
      [3, 400],
    ]);
  } finally {
    vi.useRealTimers();
  }
});

test('does not restart after an abort during a run', async () => {
  const stop = new AbortController();
  const onRestart = vi.fn();
  await supervise(async () => stop.abort(), { signal: stop.signal, onRestart });
  expect(onRestart).not.toHaveBeenCalled();
});
