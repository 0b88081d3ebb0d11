/** Progress and downloads of a running job, as its readers see them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Job } from '../../../src/jobs/model/job.ts';
import { noUsage } from '../../../src/jobs/model/run-input.ts';
import type { JobState } from '../../../src/jobs/model/states.ts';
import { MonotonicProgress } from '../../../src/temporal/monotonic-progress.ts';

const job = (progress: number, downloaded: number, state: JobState = 'downloading', run = 1): Job => ({
  id: 'x',
  operation: 'test.echo',
  dialect: 'native',
  tenant: 'public',
  state,
  paused: false,
  stage: null,
  progress,
  run,
  created_at: '2026-11-21T00:00:00.000Z',
  started_at: null,
  completed_at: null,
  expires_at: null,
  assets: { total: 100, downloaded, failed: 0 },
  usage: noUsage,
  steps: [],
  labels: {},
  result: null,
  error: null,
});

const rising = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b);

test('the progress never decreases, and never exceeds what was reported', () => {
  const looks = fc.array(fc.tuple(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 0, max: 100 })));
  fc.assert(
    fc.property(looks, (given) => {
      const water = new MonotonicProgress();
      const seen = given.map(([progress, downloaded]) => water.apply(job(progress, downloaded)));
      for (const [index, key] of [(j: Job) => j.progress, (j: Job) => j.assets.downloaded].entries()) {
        const values = seen.map(key);
        expect(values).toEqual(rising(values));
        expect(Math.max(0, ...values)).toBe(Math.max(0, ...given.map((look) => look[index] ?? 0)));
      }
    }),
  );
});

test('the progress is that of the end once the job has ended, and starts again with the next run', () => {
  const water = new MonotonicProgress();
  water.apply(job(80, 90));
  expect(water.apply(job(50, 40, 'failed'))).toEqual(job(50, 40, 'failed'));
  water.apply(job(80, 90));
  expect(water.apply(job(0, 0, 'queued', 2))).toEqual(job(0, 0, 'queued', 2));
});
