import { afterEach, describe, expect, test, vi } from 'vitest';
import { computeHeartbeatDelay, HeartbeatTimer } from '../../../activities/heartbeat-timer.ts';

afterEach(() => {
  vi.useRealTimers();
});

const HOUR_MS = 3_600_000;

/** Heartbeats that an activity sends in an hour. */
function countInAnHour(times: { shortestMs: number; timeoutMs: number | null }): number {
  let beats = 0;
  for (let age = 0; age < HOUR_MS; beats++) age += computeHeartbeatDelay(times, age);
  return beats;
}

describe('the interval of heartbeats', () => {
  test('is the shortest one in the first minute', () => {
    for (const ageMs of [0, 1000, 60_000])
      expect(computeHeartbeatDelay({ shortestMs: 500, timeoutMs: 10_000 }, ageMs)).toBe(500);
  });

  test('grows with the age of the activity, to four times the shortest one', () => {
    const times = { shortestMs: 500, timeoutMs: 10_000 };
    expect(computeHeartbeatDelay(times, 120_000)).toBe(1000);
    expect(computeHeartbeatDelay(times, HOUR_MS)).toBe(2000);
  });

  test('makes less than a third of the heartbeats of a constant interval', () => {
    expect(countInAnHour({ shortestMs: 500, timeoutMs: 120_000 })).toBeLessThan(2400);
    expect(countInAnHour({ shortestMs: 5000, timeoutMs: 120_000 })).toBeLessThan(400);
  });

  test('leaves room for lost heartbeats before the timeout', () => {
    for (const ageMs of [0, HOUR_MS])
      expect(computeHeartbeatDelay({ shortestMs: 60_000, timeoutMs: 10_000 }, ageMs)).toBe(2500);
  });
});

describe('the timer', () => {
  test('sends heartbeats until it is stopped', () => {
    vi.useFakeTimers();
    let beats = 0;
    const timer = new HeartbeatTimer({ shortestMs: 500, timeoutMs: null }, () => {
      beats += 1;
    });
    vi.advanceTimersByTime(5000);
    expect(beats).toBe(10);
    timer.stop();
    vi.advanceTimersByTime(5000);
    expect([beats, timer.wasBlocked]).toEqual([10, false]);
  });

  test('notices that the process was blocked, and not that the interval is long', () => {
    vi.useFakeTimers();
    const timer = new HeartbeatTimer({ shortestMs: 20_000, timeoutMs: null }, () => undefined);
    vi.advanceTimersByTime(60_000);
    expect(timer.wasBlocked).toBe(false);
    // The clock of a blocked process goes on, and its timers do not.
    vi.setSystemTime(Date.now() + 10_000);
    vi.advanceTimersByTime(20_000);
    expect(timer.wasBlocked).toBe(true);
    timer.stop();
  });
});
