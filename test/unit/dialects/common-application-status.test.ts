/** Whatever a job goes through, and whenever a client looks, the status of its task never goes back. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toStatus } from '../../../src/dialects/common-application/model.ts';
import { noUsage } from '../../../src/jobs/model/run-input.ts';
import { type JobState, transitions } from '../../../src/jobs/model/states.ts';
import { appendMoment, type Moment } from '../../../src/jobs/model/timeline.ts';
import type { JobSnapshot } from '../../../src/jobs/ports/job-runtime.ts';

const order = ['CREATED', 'DOWNLOADING', 'WAITING', 'PROCESSING', 'COMPLETED'];

const snapshot = (state: JobState, timeline: readonly Moment[]): JobSnapshot => ({
  job: {
    id: 'x',
    operation: 'test.echo',
    dialect: 'common-application',
    tenant: 'public',
    state,
    paused: false,
    stage: null,
    progress: 0,
    run: 1,
    created_at: '2026-11-21T00:00:00.000Z',
    started_at: null,
    completed_at: null,
    expires_at: null,
    assets: { total: 0, downloaded: 0, failed: 0 },
    usage: noUsage,
    steps: [],
    labels: {},
    result: state === 'completed' ? { kind: 'json', files: 1, run: 1 } : null,
    error: null,
  },
  fingerprint: '',
  timeline,
});

/** The statuses that a client sees who looks after each step. */
function seen(steps: readonly (JobState | 'pause or resume')[]): string[] {
  let view = { state: 'created' as JobState, stage: null, paused: false, progress: 0 };
  let timeline = appendMoment([], view, '');
  const statuses = [toStatus(snapshot(view.state, timeline))];
  for (const step of steps) {
    view = step === 'pause or resume' ? { ...view, paused: !view.paused } : { ...view, state: step };
    timeline = appendMoment(timeline, view, '');
    statuses.push(toStatus(snapshot(view.state, timeline)));
  }
  return statuses;
}

/** Steps that a job can take one after the other; long ones forget how they began. */
const lives = fc.array(fc.nat(), { maxLength: 250 }).map((choices) => {
  let state: JobState = 'created';
  return choices.flatMap((choice) => {
    // Ends are rare, so that lives become long.
    const legal = transitions[state].filter(
      (next) => choice % 7 === 0 || !['failed', 'cancelled'].includes(next),
    );
    if (legal.length === 0) return [];
    if (choice % 3 === 0) return ['pause or resume' as const];
    const next = legal[choice % legal.length] ?? state;
    state = next;
    return [next];
  });
});

test('a status never goes back', () => {
  fc.assert(
    fc.property(lives, (steps) => {
      const ranks = seen(steps).map((status) => order.indexOf(status));
      expect(ranks.every((rank) => rank >= 0)).toBe(true);
      expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
    }),
    { numRuns: 2000 },
  );
});

test('each state has the status that the contract describes', () => {
  expect(
    seen(['queued', 'waiting', 'downloading', 'waiting', 'processing', 'packaging', 'completed']),
  ).toEqual([
    'CREATED',
    'CREATED',
    'CREATED',
    'DOWNLOADING',
    'WAITING',
    'PROCESSING',
    'PROCESSING',
    'COMPLETED',
  ]);
  expect(seen(['queued', 'processing', 'failed'])).toEqual([
    'CREATED',
    'CREATED',
    'PROCESSING',
    'PROCESSING',
  ]);
  expect(seen(['queued', 'downloading', 'waiting', 'downloading', 'cancelled']).at(-1)).toBe('WAITING');
});

test('the status is correct after any number of waits and with a shortened timeline', () => {
  const rounds = Array.from({ length: 60 }, () => ['downloading', 'waiting'] as const).flat();
  expect(new Set(seen(['queued', 'waiting', ...rounds]).slice(4))).toEqual(new Set(['WAITING']));
});
