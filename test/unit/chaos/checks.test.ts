/** The checks of `npm run chaos` report what they are for. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { checkCallbacks } from '../../../chaos/checks/callbacks.ts';
import { checkEvents } from '../../../chaos/checks/events.ts';
import { isGivenUp } from '../../../chaos/checks/given-up.ts';
import { checkStore } from '../../../chaos/checks/leaks.ts';
import { checkList } from '../../../chaos/checks/lists.ts';
import { checkOutcome } from '../../../chaos/checks/outcome.ts';
import type { Kill } from '../../../chaos/killer.ts';
import { nativeLoad } from '../../../chaos/load/native.ts';
import { seedRandom } from '../../../chaos/seeded-random.ts';
import type { Callback } from '../../../chaos/site.ts';

const event = (state: string, number: number, name = 'state') => ({ event: name, id: `1.${number}`, state });
const end = { event: 'end', id: '1.end', state: 'completed' };
const kinds = (found: readonly { kind: string }[]) => found.map(({ kind }) => kind);

describe('events', () => {
  const whole = ['created', 'downloading', 'waiting', 'downloading', 'processing', 'packaging', 'completed'];
  const events = whole.map((state, index) => event(state, index + 1));

  test('of a job that waited for assets are right', () => {
    expect(checkEvents('a', [...events, end])).toEqual([]);
  });
  test.each([
    ['an event twice', [events[0], events[0], end], ['duplicated']],
    ['two ends', [events[0], end, end], ['duplicated']],
    ['no end', [events[0]], ['duplicated']],
    ['a state that goes back', [event('processing', 1), event('queued', 2), end], ['wrong']],
    ['two final states', [event('completed', 1), event('failed', 2), end], ['duplicated']],
  ])('reports %s', (_, sent, expected) => {
    expect(kinds(checkEvents('a', sent as typeof events))).toEqual(expected);
  });
});

describe('callbacks', () => {
  const callback = (fields: Partial<Callback> = {}): Callback => ({
    job: 'a',
    event: 'job.completed',
    webhookId: 'msg_1',
    wasAccepted: true,
    ...fields,
  });

  test('that are repeated under one id are right', () => {
    const refused = callback({ wasAccepted: false });
    expect(checkCallbacks('a', 'completed', [refused, callback(), callback()])).toEqual([]);
  });
  test.each([
    ['an event with two ids', [callback(), callback({ webhookId: 'msg_2' })], ['duplicated']],
    ['an id with two events', [callback(), callback({ event: 'job.packaging' })], ['duplicated']],
    ['none', [callback({ job: 'b' })], ['lost']],
    ['none that was accepted', [callback({ wasAccepted: false })], ['lost']],
    ['another end', [callback({ event: 'job.failed' })], ['wrong']],
  ])('reports %s', (_, callbacks, expected) => {
    expect(kinds(checkCallbacks('a', 'completed', callbacks))).toEqual(expected);
  });
});

test('reports jobs that a list lacks, repeats, or has too many of', () => {
  expect(checkList(['a', 'b'], ['b', 'a'])).toEqual([]);
  expect(kinds(checkList(['a', 'a', 'c'], ['a', 'b']))).toEqual(['lost', 'duplicated', 'duplicated']);
});

test('reports another state, error, run and result', () => {
  const [submission] = nativeLoad;
  if (!submission) throw new Error('There is no submission');
  const right = { state: 'completed', error: null, run: 1, result: '{"data":1}' };
  const check = (fields: object) => kinds(checkOutcome('a', submission, { ...right, ...fields }, right));
  expect(check({})).toEqual([]);
  expect(check({ state: 'failed', error: { code: 'internal', message: '' } })).toEqual(['wrong']);
  expect(check({ run: 2 })).toEqual(['duplicated']);
  expect(check({ result: '{"data":2}' })).toEqual(['wrong']);
});

test('a job is given up only if enough processes of its own were killed while it ran', () => {
  const lost = { state: 'failed', error: { code: 'worker_lost', message: '' }, run: 1, result: '' };
  const lifetime = { startedAt: 10, endedAt: 20 };
  const kills = (at: number): Kill[] => [
    { target: 'worker', at: 11 },
    { target: 'everything', at: 12 },
    { target: 'picture', at: 13 },
    { target: 'alone', at },
  ];
  expect(isGivenUp(lost, lifetime, kills(15))).toBe(true);
  expect(isGivenUp(lost, lifetime, kills(21))).toBe(false);
  const other = { ...lost, error: { code: 'internal', message: '' } };
  expect(isGivenUp(other, lifetime, kills(15))).toBe(false);
  expect(isGivenUp({ ...lost, error: null }, lifetime, [])).toBe(false);
  const engine = { ...lost, error: { code: 'engine_limit', message: '' } };
  const engineKills = (count: number) =>
    Array.from({ length: count }, (_, at): Kill => ({ target: 'engine', at: 11 + at }));
  expect([4, 5].map((count) => isGivenUp(engine, lifetime, engineKills(count)))).toEqual([false, true]);
});

test('reports objects of no job, and unfinished ones', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'darkroom-chaos-'));
  onTestFinished(() => rm(dataDir, { recursive: true }));
  const paths = ['public/jobs/a/job.json', 'public/jobs/b/job.json', '_uploading/c', '.tmp/d', '_master-key'];
  for (const path of paths) {
    await mkdir(dirname(join(dataDir, 'store', path)), { recursive: true });
    await writeFile(join(dataDir, 'store', path), '');
  }
  const found = await checkStore({ dataDir }, ['a']);
  expect(found.map(({ what }) => what).sort()).toEqual(['.tmp/d', '_uploading/c', 'public/jobs/b/job.json']);
});

test('the random numbers of a seed repeat, and follow the weights', () => {
  const [one, other] = [seedRandom(5), seedRandom(5)];
  expect(Array.from({ length: 5 }, one.next)).toEqual(Array.from({ length: 5 }, other.next));
  const counts = { often: 0, seldom: 0 };
  for (let round = 0; round < 4000; round++)
    counts[one.pickWeighted(['often', 'seldom'], { often: 3, seldom: 1 })]++;
  expect(counts.often / 4000).toBeCloseTo(0.75, 1);
});
