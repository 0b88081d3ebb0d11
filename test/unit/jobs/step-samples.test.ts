/** Estimates of steps from completed ones. */
import { expect, test } from 'vitest';
import type { Job } from '../../../src/jobs/model/job.ts';
import type { JobSnapshot } from '../../../src/jobs/ports/job-runtime.ts';
import { StepSamples } from '../../../src/jobs/query/step-samples.ts';
import { snapshotOf } from '../../support/snapshots.ts';

type Step = Job['steps'][number];

/** A completed step that took so many seconds. */
const step = (name: string, seconds: number, { total = 4, reused = 0 } = {}): Step => ({
  name,
  operation: `test.${name}`,
  use: [':assets'],
  state: 'completed',
  stage: null,
  progress: 100,
  started_at: new Date(0).toISOString(),
  completed_at: new Date(seconds * 1000).toISOString(),
  inputs: { total, failed: 0, reused } as Step['inputs'],
  files: { count: 0, bytes: 0 },
  usage: { compute_seconds: 0, reused_seconds: 0 },
  error: null,
});

function completed(steps: Step[], reused_seconds = 0): JobSnapshot {
  const snapshot = snapshotOf('completed');
  const usage = { ...snapshot.job.usage, bytes_out: 1000, reused_seconds };
  return { ...snapshot, job: { ...snapshot.job, steps, usage } };
}

const thrice = (snapshot: JobSnapshot): JobSnapshot[] => [snapshot, snapshot, snapshot];

test('three completed steps give an estimate, scaled by their inputs', () => {
  const samples = new StepSamples(thrice(completed([step('web', 10)])));
  expect(samples.estimate('test.web', 8)).toMatchObject({ inputs: 8, seconds: 20, bytes: 2000 });
});

test('steps that copied results say nothing about the time, but about the size', () => {
  const copied = thrice(completed([step('web', 0.1, { reused: 4 })], 40));
  expect(new StepSamples(copied).estimate('test.web', 4)).toMatchObject({ seconds: null, bytes: 1000 });
  const computed = thrice(completed([step('web', 10)]));
  expect(new StepSamples([...copied, ...copied, ...computed]).estimate('test.web', 4).seconds).toBe(10);
});

test('a step counts that computed all, though another step of its job copied', () => {
  const samples = new StepSamples(
    thrice(completed([step('web', 0.1, { reused: 1 }), step('sheet', 6), step('text', 1, { total: 0 })], 30)),
  );
  expect(samples.estimate('test.web', 4).seconds).toBeNull();
  expect(samples.estimate('test.sheet', 4).seconds).toBe(6);
  // Without inputs nothing says which of the steps copied.
  expect(samples.estimate('test.text', 0).seconds).toBeNull();
});
