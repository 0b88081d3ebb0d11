import { describe, expect, test } from 'vitest';
import type { Job } from '../../../src/jobs/model/job.ts';
import { noUsage } from '../../../src/jobs/model/run-input.ts';
import type { JobState } from '../../../src/jobs/model/states.ts';
import type { JobSnapshot } from '../../../src/jobs/ports/job-runtime.ts';
import { estimate } from '../../../src/jobs/query/estimate.ts';

const T0 = Date.parse('2026-11-21T10:00:00.000Z');
const iso = (ms: number) => new Date(T0 + ms).toISOString();

/** A job that entered `processing` at `startedMs`, and perhaps ended. */
function snapshot(
  assets: number,
  startedMs: number,
  endedMs: number | null,
  more: Partial<Job> = {},
): JobSnapshot {
  const state: JobState = endedMs === null ? 'processing' : 'completed';
  const job: Job = {
    id: 'a',
    tenant: 'public',
    operation: 'x.y',
    dialect: 'native',
    created_at: iso(0),
    usage: noUsage,
    steps: [],
    labels: {},
    state,
    paused: false,
    stage: endedMs === null ? 'transform' : null,
    progress: 50,
    run: 1,
    started_at: iso(0),
    completed_at: endedMs === null ? null : iso(endedMs),
    expires_at: null,
    assets: { total: assets, downloaded: assets, failed: 0 },
    result: null,
    error: null,
    ...more,
  };
  const timeline = [
    {
      seq: 1,
      at: iso(startedMs),
      state: 'processing' as const,
      stage: 'transform',
      paused: false,
      progress: 0,
    },
  ];
  return { job, fingerprint: '', timeline };
}

const finished = (assets: number, seconds: number) => snapshot(assets, 0, seconds * 1000);
const running = (assets = 10, more: Partial<Job> = {}) => snapshot(assets, 5000, null, more);
const now = new Date(T0 + 6000);

describe('an estimate', () => {
  test('is the median of similar jobs from the same point, with a range', () => {
    const like = [8, 9, 10, 11, 12].map((seconds) => finished(10, seconds));
    const made = estimate(running(), like, now);
    expect(made?.at).toBe(iso(15_000));
    expect(Date.parse(made?.earliest ?? '')).toBeLessThan(T0 + 15_000);
    expect(Date.parse(made?.latest ?? '')).toBeGreaterThan(T0 + 15_000);
  });

  test('prefers jobs with similar inputs, and scales other jobs if there are too few', () => {
    const small = [1, 1, 1].map((seconds) => finished(1, seconds));
    const same = [20, 20, 20].map((seconds) => finished(10, seconds));
    expect(estimate(running(), [...small, ...same], now)?.at).toBe(iso(25_000));
    expect(estimate(running(), small, now)?.at).toBe(iso(15_000));
  });

  test.each<[string, JobSnapshot, JobSnapshot[]]>([
    ['too few have ended', running(), [finished(10, 9), finished(10, 9)]],
    ['it takes longer than all of them', running(), [0.1, 0.2, 0.3].map((seconds) => finished(10, seconds))],
    ['it is paused', running(10, { paused: true }), [9, 9, 9].map((seconds) => finished(10, seconds))],
    [
      'it waits in the queue',
      running(10, { state: 'queued' }),
      [9, 9, 9].map((seconds) => finished(10, seconds)),
    ],
    [
      'they were of another operation',
      running(10, { operation: 'other' }),
      [9, 9, 9].map((seconds) => finished(10, seconds)),
    ],
  ])('is null when %s', (_, job, like) => {
    expect(estimate(job, like, now)).toBeNull();
  });

  const usage = (bytes_in: number) => ({ usage: { ...noUsage, bytes_in } });

  test('compares inputs by bytes if known', () => {
    const like = [1, 1, 1].map((seconds) => snapshot(1, 0, seconds * 1000, usage(100_000)));
    expect(estimate(running(1, usage(1_000_000)), like, now)?.at).toBe(iso(15_000));
    expect(estimate(running(1, usage(150_000)), like, now)?.at).toBe(iso(6500));
  });

  /** Of two stages of 49 points each, and the first took a third of the time. */
  function paced(job: JobSnapshot, endMs: number): JobSnapshot {
    const [began] = job.timeline;
    if (!began) throw new Error('It has begun');
    const moment = (at: number, state: JobState, stage: string | null, progress: number) => ({
      ...began,
      at: iso(at),
      state,
      stage,
      progress,
    });
    const timeline = [
      { ...began, progress: 0 },
      moment(endMs / 3, 'processing', 'second', 49),
      moment(endMs, 'packaging', null, 98),
    ];
    return { ...job, timeline: job.job.completed_at ? timeline : timeline.slice(0, 1) };
  }
  const sample = (seconds: number) => paced(finished(1, seconds), seconds * 1000);

  test('uses the pace of the job itself once known', () => {
    const like = [3, 3, 3].map(sample);
    // 10 % of the first stage in two seconds: 20 s for it, and twice that for the second, of which like jobs knew 1 s and 2 s.
    const later = new Date(T0 + 7000);
    const slow = paced(running(1, { progress: 4.9 }), 0);
    const made = estimate(slow, like, later);
    expect(made?.at).toBe(iso(5000 + 60_000));
    expect(Date.parse(made?.latest ?? '') - Date.parse(made?.earliest ?? '')).toBeGreaterThan(10_000);
    // Nothing to see yet: what others took.
    expect(estimate(paced(running(1, { progress: 0 }), 0), like, later)?.at).toBe(iso(8000));
  });
});
