/** Snapshots of jobs, as Temporal would give them. */
import { noUsage } from '../../src/jobs/model/run-input.ts';
import { isTerminal, type JobState } from '../../src/jobs/model/states.ts';
import type { JobSnapshot } from '../../src/jobs/ports/job-runtime.ts';

export function snapshotOf(state: JobState, progress = 0): JobSnapshot {
  const created_at = '2026-11-21T09:30:00.000Z';
  return {
    fingerprint: 'f',
    timeline: [{ seq: 1, at: created_at, state, stage: null, paused: false, progress }],
    job: {
      tenant: 'public',
      id: 'watched',
      operation: 'test.echo',
      dialect: 'native',
      state,
      paused: false,
      stage: null,
      progress,
      run: 1,
      created_at,
      started_at: null,
      completed_at: isTerminal(state) ? created_at : null,
      expires_at: null,
      assets: { total: 0, downloaded: 0, failed: 0 },
      usage: noUsage,
      steps: [],
      labels: {},
      result: null,
      error: null,
    },
  };
}
