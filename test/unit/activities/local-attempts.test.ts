import { describe, expect, test } from 'vitest';
import type { ActivityRun } from '../../../activities/activity-run.ts';
import { LocalAttempts, Unfinished } from '../../../activities/local-attempts.ts';
import type { Heartbeat } from '../../../activities/types.ts';

const context = {
  signal: new AbortController().signal,
  startedAt: 1,
  log: () => undefined,
  record: () => undefined,
  report: () => undefined,
};

/** Work that ends when `end` is called. */
function createWork() {
  let end = (_result: string) => {};
  const result = new Promise<string>((resolve) => {
    end = resolve;
  });
  let activity: ActivityRun | undefined;
  const work = (given: ActivityRun) => {
    activity = given;
    return result;
  };
  return { work, end: (text: string) => end(text), activity: () => activity as ActivityRun };
}

function createDurable(signal = new AbortController().signal) {
  const reports: Partial<Heartbeat>[] = [];
  const run: ActivityRun = {
    ...context,
    signal,
    attempt: 1,
    scheduledAt: 1,
    lastAttempt: false,
    earlier: null,
    report: (progress) => reports.push(progress),
  };
  return { run, reports };
}

describe('a local attempt', () => {
  test('returns its result, and leaves nothing to take over', async () => {
    const attempts = new LocalAttempts();
    expect(await attempts.run('a', context, async () => 'done')).toBe('done');
    expect(attempts.take('a', createDurable().run)).toBeNull();
  });

  test('passes its error on', async () => {
    const failed = new LocalAttempts().run('a', context, () => Promise.reject(new TypeError('bad')));
    await expect(failed).rejects.toThrow(TypeError);
  });

  test('continues in the activity that takes it over, with its progress', async () => {
    const attempts = new LocalAttempts({ limitMs: 1 });
    const { work, end, activity } = createWork();
    await expect(attempts.run('a', context, work)).rejects.toThrow(Unfinished);
    activity().report({ points: 3 });
    const { run, reports } = createDurable();
    const result = attempts.take<string>('a', run);
    activity().report({ points: 5 });
    end('done');
    expect(await result).toBe('done');
    expect(reports).toEqual([{ points: 3 }, { points: 5 }]);
    expect(attempts.take('a', run)).toBeNull();
  });

  test('is taken over by the activity of its own step only', async () => {
    const attempts = new LocalAttempts({ limitMs: 1 });
    const { work, end } = createWork();
    await expect(attempts.run('a', context, work)).rejects.toThrow(Unfinished);
    expect(attempts.take('b', createDurable().run)).toBeNull();
    end('done');
  });

  test('is cancelled with the activity that took it over', async () => {
    const attempts = new LocalAttempts({ limitMs: 1 });
    const { work, activity } = createWork();
    await expect(attempts.run('a', context, work)).rejects.toThrow(Unfinished);
    const controller = new AbortController();
    void attempts.take('a', createDurable(controller.signal).run);
    expect(activity().signal.aborted).toBe(false);
    controller.abort();
    expect(activity().signal.aborted).toBe(true);
  });

  test('is aborted when no activity takes it over', async () => {
    const attempts = new LocalAttempts({ limitMs: 1, handoverMs: 1 });
    const { work, activity } = createWork();
    await expect(attempts.run('a', context, work)).rejects.toThrow(Unfinished);
    const { signal } = activity();
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    expect(attempts.take('a', createDurable().run)).toBeNull();
  });

  test('is not made while enough others run, and is made once one has ended', async () => {
    const attempts = new LocalAttempts({ limitMs: 60_000, maxAttempts: 1 });
    const { work, end } = createWork();
    const first = attempts.run('a', context, work);
    await expect(attempts.run('b', context, async () => 'b')).rejects.toThrow(Unfinished);
    end('done');
    expect(await first).toBe('done');
    expect(await attempts.run('b', context, async () => 'b')).toBe('b');
  });
});
