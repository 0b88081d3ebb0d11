/** A job whose end is recorded in the store, and not yet known to Temporal. */
import { expect, test } from 'vitest';
import { DarkroomError } from '../../../src/errors.ts';
import type { JobRecord } from '../../../src/jobs/ports/job-archive.ts';
import type { JobSnapshot } from '../../../src/jobs/ports/job-runtime.ts';
import { findJob } from '../../../src/jobs/query/find-job.ts';
import { ShownEnds } from '../../../src/jobs/query/shown-ends.ts';

const ref = { tenant: 'acme', id: 'a' };
const snapshot = (state: string, run = 1) =>
  ({
    job: { ...ref, state, run, expires_at: null },
    fingerprint: 'f',
    timeline: [],
  }) as unknown as JobSnapshot;
const record = (callbackEvents: string[], run = 1) =>
  ({ ...snapshot('completed', run), runInput: { callbackEvents } }) as unknown as JobRecord;

const away = new DarkroomError('temporal_unavailable', 'Temporal does not answer');
const storeAway = new DarkroomError('store_unavailable', 'The store does not answer');

async function stateOf(
  running: JobSnapshot | DarkroomError,
  recorded: JobRecord | DarkroomError,
  shownEnds = new ShownEnds(),
): Promise<string> {
  const { job } = await findJob(
    {
      runtime: { get: async () => answer(running), runInput: async () => null },
      archive: { record: async () => answer(recorded), isDeleted: async () => false },
      shownEnds,
    },
    ref,
  );
  return job.state;
}

function answer<T>(value: T | DarkroomError): T {
  if (value instanceof DarkroomError) throw value;
  return value;
}

const packaging = { ...snapshot('packaging'), mayHaveEnded: true };

test('it ends for a reader when Temporal knows it, or its callback may have been sent', async () => {
  expect(await stateOf(packaging, record([]))).toBe('packaging');
  expect(await stateOf(packaging, record(['job.failed']))).toBe('packaging');
  expect(await stateOf(packaging, record(['job.completed']))).toBe('completed');
});

test('it is shown as ended while Temporal does not answer', async () => {
  expect(await stateOf(away, record([]))).toBe('completed');
});

test('what was shown as ended while Temporal did not answer stays ended', async () => {
  const shownEnds = new ShownEnds();
  await stateOf(away, record([]), shownEnds);
  expect(await stateOf(packaging, record([]), shownEnds)).toBe('completed');
  await expect(stateOf(packaging, storeAway, shownEnds)).rejects.toBe(storeAway);

  const again = { ...snapshot('packaging', 2), mayHaveEnded: true };
  expect(await stateOf(again, record([], 2), shownEnds)).toBe('packaging');
  expect(await stateOf(packaging, storeAway)).toBe('packaging');
});

test('the record of an earlier run does not count', async () => {
  const again = { ...snapshot('packaging', 2), mayHaveEnded: true };
  expect(await stateOf(again, record(['job.completed']))).toBe('packaging');
});
