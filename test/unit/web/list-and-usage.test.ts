/** The search field of the list, and the sums of the usage page. */
import { describe, expect, test } from 'vitest';
import { parseSearch, writeSearch } from '../../../web/jobs/search-text.ts';
import { hrefTo, parseRoute } from '../../../web/lib/route.ts';
import { sumByDay, sumByOperation } from '../../../web/usage/sum-usage.ts';

test.each([
  ['', {}],
  ['  holiday-2026 ', { id_prefix: 'holiday-2026' }],
  ['album=cats', { label: 'album:cats' }],
  ['album = cats=1', { label: 'album:cats=1' }],
])('the search "%s" becomes %j', (text, search) => {
  expect(parseSearch(text)).toEqual(search);
  expect(parseSearch(writeSearch(search))).toEqual(search);
});

test('the address of the list keeps all filters', () => {
  const query = {
    unfinished: 'true' as const,
    operation: 'image.transform',
    dialect: 'native',
    since: '2026-11-21T09:30:00.000Z',
    id_prefix: 'a:b',
    label: 'album:cats & dogs',
    cursor: 't.x',
  };
  expect(parseRoute(hrefTo.jobs(query))).toEqual({ page: 'jobs', query: { ...query, state: undefined } });
});

describe('usage', () => {
  const row = (day: string, operation: string, completed: number, compute_seconds: number) => ({
    ...{ day, operation, jobs: { completed, failed: 1, cancelled: 0 } },
    ...{ bytes_in: 10, bytes_out: 5, compute_seconds, reused_seconds: 0 },
  });
  const report = {
    ...{ tenant: 'acme', from: '2026-10-31', to: '2026-11-02' },
    usage: [row('2026-10-31', 'a', 2, 1), row('2026-11-02', 'a', 3, 1), row('2026-11-02', 'b', 1, 9)],
  };

  test('has a column for each day, also without jobs', () => {
    expect(sumByDay(report, 'jobs').map(({ day, total }) => [day, total])).toEqual([
      ['2026-10-31', 3],
      ['2026-11-01', 0],
      ['2026-11-02', 6],
    ]);
    expect(sumByDay(report, 'bytes_in').at(-1)?.amounts).toEqual(
      new Map([
        ['a', 10],
        ['b', 10],
      ]),
    );
  });

  test('sums each operation, that with the most computing time first', () => {
    expect(
      sumByOperation(report).map(({ operation, completed, failed, bytes_out }) => [
        operation,
        completed,
        failed,
        bytes_out,
      ]),
    ).toEqual([
      ['b', 1, 1, 5],
      ['a', 5, 2, 10],
    ]);
  });
});
