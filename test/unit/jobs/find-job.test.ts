import { expect, test } from 'vitest';
import { DarkroomError } from '../../../src/errors.ts';
import type { JobState } from '../../../src/jobs/model/states.ts';
import type { JobRecord } from '../../../src/jobs/ports/job-archive.ts';
import type { JobSnapshot } from '../../../src/jobs/ports/job-runtime.ts';
import { findJob } from '../../../src/jobs/query/find-job.ts';

const ref = { tenant: 'public', id: 'found' };
const snapshot = (state: JobState, run = 1) =>
  ({
    job: { ...ref, state, run, expires_at: null },
    fingerprint: 'f',
    timeline: [],
  }) as unknown as JobSnapshot;
const record = (state: JobState, run = 1): JobRecord => ({ ...snapshot(state, run), runInput: null });

const away = new DarkroomError('temporal_unavailable', 'Temporal does not answer');

/** What a reader sees while the runtime answers this, or throws, and the store has this record. */
async function read(answer: JobSnapshot | Error, stored: JobRecord | null): Promise<string> {
  const found = await findJob(
    {
      runtime: {
        get: () => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)),
        runInput: () => Promise.resolve(null),
      },
      archive: { record: () => Promise.resolve(stored), isDeleted: () => Promise.resolve(false) },
    },
    ref,
  );
  return `${found.job.state} ${found.job.run}`;
}

test('a job that was read as ended while Temporal was away stays so when Temporal is back before its workflow ends', async () => {
  expect(await read(away, record('completed'))).toBe('completed 1');
  expect(await read(snapshot('packaging'), record('completed'))).toBe('completed 1');
});

test('a job is as Temporal says before its record is written, and in its next run', async () => {
  expect(await read(snapshot('packaging'), null)).toBe('packaging 1');
  expect(await read(snapshot('packaging', 2), record('completed'))).toBe('packaging 2');
  expect(await read(snapshot('processing', 2), record('completed'))).toBe('processing 2');
});
