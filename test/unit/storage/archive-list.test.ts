/** Lists of ended jobs in a store whose every answer takes its time, as that of a bucket does. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Keyring } from '../../../src/auth/keyring.ts';
import type { Job } from '../../../src/jobs/model/job.ts';
import type { JobArchive } from '../../../src/jobs/ports/job-archive.ts';
import type { JobFilter } from '../../../src/jobs/ports/job-runtime.ts';
import { createJobArchive } from '../../../src/storage/archive.ts';
import { createFilesystemStore } from '../../../src/storage/filesystem/index.ts';
import { endedKey } from '../../../src/storage/layout.ts';
import type { ObjectStore } from '../../../src/storage/object-store.ts';
import { sleep } from '../../support/server.ts';

const ANSWER_MS = 20;
const JOBS = 200;
const AT_ONCE = 16;
const begin = Date.parse('2026-11-01T00:00:00.000Z');

let root: string;
let store: ObjectStore;
let archive: JobArchive;
/** Of the objects that were read: how many, and how many at once at most. */
let reads: { all: number; now: number; most: number };

const id = (number: number) => `job-${String(number).padStart(3, '0')}`;
/** The first ended last. */
const endOf = (number: number) => new Date(begin - number * 1000);

/** The store itself, but for the time that reading an object takes. */
function slowly(inner: ObjectStore): ObjectStore {
  const get: ObjectStore['get'] = async (...args) => {
    reads.all += 1;
    reads.now += 1;
    reads.most = Math.max(reads.most, reads.now);
    await sleep(ANSWER_MS);
    reads.now -= 1;
    return inner.get(...args);
  };
  return new Proxy(inner, {
    get: (target, name) => {
      const own: unknown = name === 'get' ? get : Reflect.get(target, name);
      return typeof own === 'function' ? own.bind(target) : own;
    },
  });
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'darkroom-lists-'));
  store = createFilesystemStore({ root });
  archive = createJobArchive(slowly(store), new Keyring([Buffer.alloc(32)]));
  for (let number = 0; number < JOBS; number++) {
    const labels = number % 60 === 0 ? { album: 'trip' } : {};
    const state = number % 50 === 49 ? 'failed' : 'completed';
    const job = { tenant: 'public', id: id(number), state, labels };
    await store.put(endedKey(job, endOf(number)), JSON.stringify(job));
  }
});
afterAll(() => rm(root, { recursive: true }));
beforeEach(() => {
  reads = { all: 0, now: 0, most: 0 };
});

const idsOf = (jobs: readonly Job[]) => jobs.map((job) => job.id);
const all = Array.from({ length: JOBS }, (_, number) => id(number));

test('reads several entries ahead and lists them in order', async () => {
  const { jobs, cursor } = await archive.list('public', {}, { limit: 2 * JOBS });
  expect(idsOf(jobs)).toEqual(all);
  expect(cursor).toBeNull();
  expect(reads).toMatchObject({ all: JOBS, most: AT_ONCE });
});

test('pages have no gaps, and one job costs one read', async () => {
  const first = await archive.list('public', {}, { limit: 1 });
  expect(idsOf(first.jobs)).toEqual([id(0)]);
  expect(reads.all).toBe(1);
  const found = [...first.jobs];
  for (let { cursor } = first; cursor !== null; ) {
    const page = await archive.list('public', {}, { limit: 30, cursor });
    found.push(...page.jobs);
    cursor = page.cursor;
  }
  expect(idsOf(found)).toEqual(all);
});

test('a filter with few matches is as fast, and reads up to the limit', async () => {
  const failed = await archive.list('public', { state: 'failed' }, { limit: 2 });
  expect(idsOf(failed.jobs)).toEqual([id(49), id(99)]);
  expect(reads.most).toBe(AT_ONCE);
  const looked = await archive.list('public', { state: 'failed' }, { limit: 2, looks: 60 });
  expect(idsOf(looked.jobs)).toEqual([id(49)]);
  const rest = await archive.list('public', { state: 'failed' }, { limit: 9, cursor: looked.cursor ?? '' });
  expect(idsOf(rest.jobs)).toEqual([id(99), id(149), id(199)]);
});

test('labels and the beginning of the id select jobs', async () => {
  const list = async (filter: JobFilter) =>
    idsOf((await archive.list('public', filter, { limit: 300 })).jobs);
  expect(await list({ labels: [['album', 'trip']] })).toEqual([id(0), id(60), id(120), id(180)]);
  expect(await list({ labels: [['album', 'trip']], idPrefix: 'job-1' })).toEqual([id(120), id(180)]);
  expect(await list({ labels: [['album', 'Trip']] })).toEqual([]);
  expect(await list({ idPrefix: 'job-00' })).toEqual(all.slice(0, 10));
});

test('an unreadable entry fails when it is reached, and not before', async () => {
  const broken = endedKey({ tenant: 'public', id: id(10) }, endOf(10));
  expect(await store.head(broken)).not.toBeNull();
  await store.put(broken, '{"id":');
  expect(idsOf((await archive.list('public', {}, { limit: 10 })).jobs)).toEqual(all.slice(0, 10));
  await expect(archive.list('public', {}, { limit: 11 })).rejects.toThrow(SyntaxError);
});
