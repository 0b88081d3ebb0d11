/** Lists of jobs by label and by the beginning of the id, from Temporal and from the store. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient, type JobFilter } from '../../../src/client/client.ts';
import { cli, jsonLines } from '../../support/cli.ts';
import { type Darkroom, sleep, startStack } from '../../support/stack.ts';

/** Names of jobs, and their labels: values that queries and their quotes, patterns and cases could take for others. */
const jobs: Readonly<Record<string, Record<string, string>>> = {
  trip_1: { album: 'trip', by: 'ann' },
  trip_2: { album: 'trip', by: 'bob' },
  'tripX1.2026': { album: 'Trip' },
  Trip_3: { album: 'it\'s "a" trip\' OR 1=1 --' },
  long: { album: `${'ö'.repeat(250)}` },
  colon: { time: '10:30', 'a/b.c-d': 'x=y' },
  empty: { album: '' },
  none: {},
};

let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startStack();
  for (const [id, labels] of Object.entries(jobs))
    await darkroom.submit({ id, operation: 'system.echo', labels });
  for (const id of Object.keys(jobs)) await darkroom.until(id, 'completed');
  // Temporal's visibility store follows a moment later.
  while ((await find({ state: 'completed' })).length < Object.keys(jobs).length) await sleep(100);
});
afterAll(() => darkroom.dispose());

async function find(filter: JobFilter): Promise<string[]> {
  const found: string[] = [];
  for await (const { id } of createClient({ url: darkroom.url }).list(filter)) found.push(id);
  return found.sort();
}

test.each(Object.entries(jobs).filter(([, labels]) => Object.keys(labels).length > 0))(
  'the labels of %s select the jobs that have all of them',
  async (_, labels) => {
    const expected = Object.entries(jobs)
      .filter(([, own]) => Object.entries(labels).every(([name, value]) => own[name] === value))
      .map(([id]) => id);
    expect(await find({ labels })).toEqual(expected.sort());
    expect(await find({ labels, state: 'completed' })).toEqual(expected.sort());
    expect(await find({ labels, state: 'failed' })).toEqual([]);
  },
);

test.each([
  ['trip', ['tripX1.2026', 'trip_1', 'trip_2']],
  ['trip_', ['trip_1', 'trip_2']],
  ['trip%', []],
  ["' OR 1=1 --", []],
  ['long', ['long']],
])('the beginning of the id %s selects these jobs', async (idPrefix, expected) => {
  expect(await find({ idPrefix })).toEqual(expected);
});

test('a label and the beginning of the id go together, also on the command line', async () => {
  expect(await find({ idPrefix: 'trip_', labels: { by: 'bob' } })).toEqual(['trip_2']);
  const args = ['list', '--json', '--label', 'album=trip', '--label', 'by:bob', '--id-prefix', 'tr'];
  const { code, stdout } = await cli(args, { env: { DARKROOM_URL: darkroom.url } });
  expect([code, jsonLines(stdout)]).toMatchObject([0, [{ id: 'trip_2' }]]);
});

test('two values of one label select nothing, and a label without a name is rejected', async () => {
  const both = await darkroom.request('/v1/jobs?label=album:trip&label=album:Trip');
  expect(await both.json()).toEqual({ jobs: [], next_cursor: null, partial: false });
  for (const wrong of ['album', ':trip', '']) {
    const response = await darkroom.request(`/v1/jobs?label=${wrong}`);
    expect(response.status, wrong).toBe(422);
    expect(await response.text()).toContain('must be NAME:VALUE, such as album:holiday');
  }
});
