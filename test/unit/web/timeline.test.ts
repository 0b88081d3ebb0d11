/** The bars of the timeline, and the layout of a pipeline. */
import { describe, expect, test } from 'vitest';
import type { Job, LogEntry, StateEvent, WatchedJob } from '../../../src/client/client.ts';
import { layoutSteps } from '../../../web/job/layout-steps.ts';
import { listBars } from '../../../web/timeline/list-bars.ts';

const start = Date.parse('2026-11-21T09:30:00.000Z');
const at = (seconds: number) => new Date(start + seconds * 1000).toISOString();
const moment = (
  seq: number,
  seconds: number,
  state: StateEvent['state'],
  more: Partial<StateEvent> = {},
): StateEvent => ({
  type: 'state',
  run: 1,
  seq,
  at: at(seconds),
  state,
  stage: null,
  paused: false,
  ...more,
});
const job = (more: object) =>
  ({ run: 1, steps: [], completed_at: null, operation: 'image.transform', ...more }) as unknown as Job;
const seconds = (bars: ReturnType<typeof listBars>) =>
  bars.map(({ name, detail, kind, from, to }) => [
    name,
    detail,
    kind,
    (from - start) / 1000,
    to === null ? null : (to - start) / 1000,
  ]);

describe('bars', () => {
  test('show each state and stage until the next one, and no end', () => {
    const transitions = [
      moment(1, 0, 'created'),
      moment(2, 1, 'processing', { stage: 'detect' }),
      moment(3, 4, 'processing', { stage: 'detect', paused: true }),
      moment(4, 6, 'completed'),
    ];
    expect(seconds(listBars(job({ completed_at: at(6) }), transitions, []))).toEqual([
      ['created', null, 'created', 0, 1],
      ['processing', 'detect', 'processing', 1, 4],
      ['paused while processing', 'detect', 'paused', 4, 6],
    ]);
  });

  test('of a running job are open', () => {
    expect(seconds(listBars(job({}), [moment(1, 0, 'queued')], []))).toEqual([
      ['queued', null, 'queued', 0, null],
    ]);
  });

  test('show attempts that wait with their error', () => {
    const pending: WatchedJob['pending'] = [
      {
        ...{ kind: 'stage', state: 'retrying', task_queue: 'darkroom-cpu', since: at(5), attempt: 3 },
        worker: '1@host',
        ...{ next_attempt_at: at(9), error: { code: 'operation_failed', message: 'it broke' } },
      },
    ];
    const [bar] = listBars({ ...job({}), pending }, [], []);
    expect(bar).toMatchObject({ name: 'attempt 3 waits', kind: 'failed', to: null, error: 'it broke' });
  });
});

describe('attempts', () => {
  const entry = (
    n: number,
    type: LogEntry['type'],
    began: number,
    end: number,
    more: Partial<LogEntry> = {},
  ): LogEntry => ({
    ...{
      id: `1.${n}`,
      run: 1,
      at: at(end),
      level: 'info',
      type,
      activity: 'stage',
      stage: 'detect',
      batch: null,
    },
    ...{ attempt: n, began_at: at(began), worker: `${n}@host`, code: null, message: 'done', ...more },
  });
  const bars = (log: readonly LogEntry[]) =>
    listBars(job({}), [], log).map(({ name, kind, from, to, worker, error }) => [
      name,
      kind,
      (from - start) / 1000,
      ((to ?? 0) - start) / 1000,
      worker,
      error,
    ]);

  test('that failed have their error and worker, and so has the one that followed', () => {
    const failed = entry(1, 'attempt', 1, 3, { code: 'operation_failed', message: 'it broke' });
    expect(bars([failed, entry(2, 'attempt', 5, 9)])).toEqual([
      ['attempt 1', 'failed', 1, 3, '1@host', 'it broke'],
      ['attempt 2', 'completed', 5, 9, '2@host', null],
    ]);
    expect(bars([{ ...failed, run: 2 }, entry(3, 'output', 1, 2)])).toEqual([]);
  });

  test('that were lost with their worker end where the next one begins', () => {
    const lost = entry(2, 'lost', 6, 6, { code: 'worker_lost', message: 'lost' });
    expect(bars([entry(1, 'output', 1, 2), lost])).toEqual([['attempt 1', 'failed', 1, 6, '1@host', 'lost']]);
    expect(bars([lost])).toEqual([['attempt 1', 'failed', 6, 6, null, 'lost']]);
  });

  test('that run have their worker', () => {
    const pending = [
      { kind: 'stage', state: 'running', task_queue: 'q', worker: '1@host', since: at(5), attempt: 1 },
    ] as unknown as WatchedJob['pending'];
    expect(listBars({ ...job({}), pending }, [], [])).toMatchObject([
      { name: 'attempt 1', kind: 'processing', to: null, worker: '1@host', error: null },
    ]);
  });
});

test('a step is right of all the steps that it uses', () => {
  const uses: Readonly<Record<string, readonly string[]>> = {
    small: [':assets'],
    large: [':assets'],
    mark: ['large'],
    gallery: ['small', 'mark'],
  };
  const steps = Object.entries(uses).map(([name, use]) => ({ name, use })) as unknown as Job['steps'];
  expect(layoutSteps(steps).map(({ step, column, row }) => [step.name, column, row])).toEqual([
    ['small', 0, 0],
    ['large', 0, 1],
    ['mark', 1, 0],
    ['gallery', 2, 0],
  ]);
});
