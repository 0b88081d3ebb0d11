/** Following the log of a job that is deleted meanwhile. */
import { expect, test, vi } from 'vitest';
import { DarkroomError } from '../../../src/errors.ts';
import { followLog } from '../../../src/jobs/query/follow-log.ts';
import { snapshotOf } from '../../support/snapshots.ts';

test('a job that is deleted while its client is slow ends the log with that error, and nothing else', async () => {
  const unhandled = vi.fn();
  process.on('unhandledRejection', unhandled);
  async function* follow() {
    yield snapshotOf('processing');
    throw new DarkroomError('job_not_found', 'There is no job "gone"');
  }
  const archive = { listSegments: async function* () {}, readSegment: async () => null };
  const log = followLog(
    { archive, watcher: { follow } },
    { tenant: 'public', id: 'gone' },
    new AbortController().signal,
  );
  expect((await log.next()).done).toBe(false);
  // The client has not asked for more yet. Node reports a rejection that nobody handles after the current turn of its event loop.
  await new Promise((resolve) => setImmediate(resolve));
  await expect(log.next()).rejects.toMatchObject({ code: 'job_not_found' });
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});
