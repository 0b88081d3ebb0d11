import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { DarkroomError } from '../../../src/errors.ts';
import type { JobRef } from '../../../src/jobs/model/run-input.ts';
import type { JobSnapshot } from '../../../src/jobs/ports/job-runtime.ts';
import { Watcher } from '../../../src/jobs/query/watcher.ts';
import { snapshotOf } from '../../support/snapshots.ts';

const ref: JobRef = { tenant: 'public', id: 'watched' };
const never = () => new Promise<void>(() => undefined);
const forever = () => new AbortController().signal;

test('ends all streams when it is closed', async () => {
  const watcher = new Watcher(() => Promise.resolve(snapshotOf('processing', 10)), never);
  const seen: number[] = [];
  const following = (async () => {
    for await (const { job } of watcher.follow(ref, forever())) seen.push(job.progress);
  })();
  const waiting = watcher.ended(ref, 60_000, forever());
  await vi.waitFor(() => expect(seen).toEqual([10]));
  watcher.close();
  await following;
  expect((await waiting)?.job.progress).toBe(10);
});

interface Counter {
  polls: number;
  readonly watcher: Watcher;
}

/** A watcher that counts its polls; `respond` gets that count. */
function counted(
  respond: (polls: number) => JobSnapshot,
  untilEnded: ConstructorParameters<typeof Watcher>[1] = never,
): Counter {
  const poll = async () => respond(++counter.polls);
  const counter: Counter = { polls: 0, watcher: new Watcher(poll, untilEnded) };
  return counter;
}

const states = async (following: AsyncIterable<JobSnapshot>): Promise<string[]> => {
  const seen: string[] = [];
  for await (const { job } of following) seen.push(`${job.state} ${job.progress}`);
  return seen;
};

/** Progress 1 to 4, and the end with the fifth poll. */
const fivePolls = (polls: number) =>
  polls < 5 ? snapshotOf('processing', polls) : snapshotOf('completed', 100);

const MINUTE = 60_000;

describe('with a fake clock', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('knows the end of a job as soon as the long poll of it returns, once for all who wait', async () => {
    let [hasEnded, polls, longPolls] = [false, 0, 0];
    let end = () => {};
    const poll = async () => {
      polls++;
      return hasEnded ? snapshotOf('completed', 100) : snapshotOf('processing', 10);
    };
    const watcher = new Watcher(poll, () => {
      longPolls++;
      return new Promise<void>((resolve) => {
        end = resolve;
      });
    });
    const waiting = [1, 2].map(() => watcher.ended(ref, MINUTE, forever()));
    await vi.advanceTimersByTimeAsync(0);
    expect(polls).toBe(1);
    hasEnded = true;
    end();
    // The clock stands still.
    expect((await Promise.all(waiting)).map((one) => one?.job.state)).toEqual(['completed', 'completed']);
    expect([polls, longPolls]).toEqual([2, 1]);
  });

  test('polls as before when the long poll fails, and ends it when nobody waits', async () => {
    const failing = counted(fivePolls, () => Promise.reject(new Error('Temporal does not answer')));
    const ended = failing.watcher.ended(ref, MINUTE, forever());
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect((await ended)?.job.state).toBe('completed');

    let given: AbortSignal | undefined;
    const left = counted(
      () => snapshotOf('processing', 1),
      (_, signal) => {
        given = signal;
        return never();
      },
    );
    const leaving = new AbortController();
    void left.watcher.ended(ref, MINUTE, leaving.signal);
    await vi.advanceTimersByTimeAsync(100);
    expect(given?.aborted).toBe(false);
    leaving.abort();
    await vi.advanceTimersByTimeAsync(2000);
    expect(given?.aborted).toBe(true);
  });

  test('serves a thousand readers every change from the same polls', async () => {
    const counter = counted(fivePolls);
    const all = Array.from({ length: 1000 }, () => states(counter.watcher.follow(ref, forever())));
    await vi.advanceTimersByTimeAsync(MINUTE);
    const expected = [1, 2, 3, 4].map((progress) => `processing ${progress}`).concat('completed 100');
    expect(new Set((await Promise.all(all)).map((seen) => seen.join()))).toEqual(new Set([expected.join()]));
    expect(counter.polls).toBe(5);
  });

  test('sends the latest snapshot to a later reader immediately', async () => {
    const counter = counted(() => snapshotOf('processing', 7));
    const first = counter.watcher.follow(ref, forever());
    await first.next();
    const { polls } = counter;
    const second = await counter.watcher.follow(ref, forever()).next();
    expect([second.value?.job.progress, counter.polls]).toEqual([7, polls]);
    await first.return(undefined);
  });

  test.each<[string, (following: AsyncGenerator<JobSnapshot>, stop: AbortController) => Promise<unknown>]>([
    ['disconnects while it waits', async (_, stop) => stop.abort()],
    ['stops reading', (following) => following.return(undefined)],
  ])('stops polling when the last reader %s', async (_, leave) => {
    const counter = counted((polls) => snapshotOf('processing', polls));
    const stop = new AbortController();
    const stayed = new AbortController();
    const leaving = counter.watcher.follow(ref, stop.signal);
    const staying = states(counter.watcher.follow(ref, stayed.signal));
    await leaving.next();
    await leave(leaving, stop);
    await vi.advanceTimersByTimeAsync(MINUTE);
    const before = counter.polls;
    expect(before).toBeGreaterThan(10);
    stayed.abort();
    await staying;
    await vi.advanceTimersByTimeAsync(MINUTE);
    // One poll may have been due.
    expect(counter.polls).toBeLessThanOrEqual(before + 1);
  });

  test('drops only intermediate progress for a slow reader', async () => {
    const counter = counted(fivePolls);
    const slow = counter.watcher.follow(ref, forever());
    expect((await slow.next()).value?.job.progress).toBe(1);
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect((await slow.next()).value?.job.state).toBe('completed');
    expect((await slow.next()).done).toBe(true);
    expect(counter.polls).toBe(5);
  });

  test('polls less often without changes, and more often again after one', async () => {
    let progress = 1;
    const counter = counted(() => snapshotOf('processing', progress));
    const stop = new AbortController();
    const following = states(counter.watcher.follow(ref, stop.signal));
    const pollsInAMinute = async (change: boolean) => {
      const before = counter.polls;
      for (let second = 0; second < 60; second++) {
        if (change) progress++;
        await vi.advanceTimersByTimeAsync(1000);
      }
      return counter.polls - before;
    };
    const resting = await pollsInAMinute(false);
    const busy = await pollsInAMinute(true);
    expect(resting).toBeLessThan(70);
    expect(busy).toBeGreaterThan(1.5 * resting);
    stop.abort();
    await following;
  });

  test('polls at most a few hundred times per second for any number of jobs', async () => {
    const counter = counted((polls) => snapshotOf('processing', polls));
    const jobs = Array.from({ length: 600 }, (_, index) => ({ tenant: 'public', id: `job-${index}` }));
    const following = jobs.map((job) => counter.watcher.follow(job, forever()));
    const first = following.map((snapshots) => snapshots.next());
    await vi.advanceTimersByTimeAsync(10_000);
    expect(counter.polls / 10).toBeLessThan(400);
    expect(counter.polls / 10).toBeGreaterThan(200);
    await Promise.all(first);
    for (const snapshots of following) await snapshots.return(undefined);
  });

  test('waits for the end of an outage without an error', async () => {
    const counter = counted((polls) => {
      if (polls > 1 && polls < 20) throw new DarkroomError('temporal_unavailable', 'away');
      return polls === 1 ? snapshotOf('processing', 1) : snapshotOf('completed', 100);
    });
    const seen = states(counter.watcher.follow(ref, forever()));
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(await seen).toEqual(['processing 1', 'completed 100']);
  });

  test.each<[string, unknown, string]>([
    ['is deleted', new DarkroomError('job_not_found', 'gone'), 'job_not_found'],
    ['cannot be read for a reason that nobody foresaw', new TypeError('x is undefined'), 'internal'],
  ])(
    'when the job %s, every reader gets the error, and the next reader polls again',
    async (_, error, code) => {
      const counter = counted((polls) => {
        if (polls === 2) throw error;
        return snapshotOf('processing', polls);
      });
      const all = [1, 2].map(() =>
        states(counter.watcher.follow(ref, forever())).catch((thrown: unknown) => thrown),
      );
      await vi.advanceTimersByTimeAsync(MINUTE);
      for (const thrown of await Promise.all(all)) expect(thrown).toMatchObject({ code });
      expect(counter.polls).toBe(2);
      const next = counter.watcher.follow(ref, forever());
      expect((await next.next()).value?.job.progress).toBe(3);
      await next.return(undefined);
    },
  );
});

describe('ended()', () => {
  test('returns the ended job', async () => {
    const { watcher } = counted((polls) =>
      polls < 2 ? snapshotOf('processing', 1) : snapshotOf('completed', 100),
    );
    expect((await watcher.ended(ref, MINUTE, forever()))?.job.state).toBe('completed');
  });

  test('returns the running job after the timeout, or when the client has disconnected', async () => {
    const { watcher } = counted(() => snapshotOf('processing', 42));
    expect((await watcher.ended(ref, 50, forever()))?.job.progress).toBe(42);
    const gone = new AbortController();
    const ended = watcher.ended(ref, MINUTE, gone.signal);
    gone.abort();
    // Nothing had been found out yet, or something had.
    expect([undefined, 42]).toContain((await ended)?.job.progress);
    expect(await watcher.ended(ref, MINUTE, AbortSignal.abort())).toBeNull();
  });
});
