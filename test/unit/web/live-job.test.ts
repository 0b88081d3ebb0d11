/** The state of a job page, in whatever order responses and events arrive. */
import { expect, test } from 'vitest';
import type { Job, JobEvent } from '../../../src/client/client.ts';
import { applyUpdate, type JobUpdate, type LiveJob } from '../../../web/job/live-job.ts';
import { snapshotOf } from '../../support/snapshots.ts';

const job = (change: Partial<Job>): Job => ({
  ...snapshotOf('created').job,
  id: 'j',
  links: {},
  ...change,
});
const moment = (seq: number, state: Job['state'], run = 1, paused = false): JobEvent => ({
  type: 'state',
  seq,
  run,
  state,
  paused,
  stage: null,
  at: '2026-11-21T09:30:00.000Z',
});
const loaded = (change: Partial<Job>): JobUpdate => ({ kind: 'loaded', job: job(change) });
const event = (event: JobEvent): JobUpdate => ({ kind: 'event', event });
const after = (...news: JobUpdate[]): LiveJob =>
  news.reduce<LiveJob>(applyUpdate, { job: null, timeline: [] });

test('events update the job in order and once each', () => {
  const { job: known, timeline } = after(
    loaded({}),
    event(moment(2, 'processing')),
    event(moment(1, 'queued')),
    event(moment(2, 'processing')),
    event({
      type: 'progress',
      run: 1,
      state: 'processing',
      stage: 'echo',
      progress: 40,
      assets: job({}).assets,
    }),
  );
  expect(timeline.map((event) => event.seq)).toEqual([1, 2]);
  expect(known).toMatchObject({ state: 'processing', stage: 'echo', progress: 40 });
});

test('a transition can raise the progress, but never lowers it', () => {
  const at = (progress: number) => event({ ...moment(2, 'packaging'), progress } as JobEvent);
  expect(after(loaded({ state: 'processing', progress: 40 }), at(98)).job).toMatchObject({ progress: 98 });
  expect(after(loaded({ state: 'processing', progress: 40 }), at(15)).job).toMatchObject({ progress: 40 });
});

test('a late response does not overwrite the end', () => {
  const ended = after(
    loaded({ state: 'processing' }),
    event({ type: 'end', job: job({ state: 'completed', progress: 100 }) }),
    loaded({ state: 'processing', progress: 70 }),
    event(moment(3, 'completed')),
  );
  expect(ended.job).toMatchObject({ state: 'completed', progress: 100 });
  expect(ended.timeline).toHaveLength(1);
});

test('the next run starts with an empty timeline', () => {
  const rerun = after(
    loaded({ state: 'failed' }),
    event(moment(1, 'failed')),
    loaded({ run: 2 }),
    event(moment(1, 'queued', 2)),
    loaded({ state: 'failed' }),
  );
  expect(rerun.job).toMatchObject({ run: 2, state: 'queued' });
  expect(rerun.timeline).toMatchObject([{ run: 2, state: 'queued' }]);
});
