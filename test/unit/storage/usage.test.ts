/** What jobs took, as the store remembers it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Job } from '../../../src/jobs/model/job.ts';
import { noUsage } from '../../../src/jobs/model/run-input.ts';
import { createFilesystemStore } from '../../../src/storage/filesystem/index.ts';
import type { ObjectStore } from '../../../src/storage/object-store.ts';
import { recordUsage, StoredUsage } from '../../../src/storage/usage.ts';

let root: string;
let store: ObjectStore;
let ledger: StoredUsage;
const patient = new AbortController().signal;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'darkroom-usage-'));
  store = createFilesystemStore({ root });
  ledger = new StoredUsage(store);
});
afterEach(() => rm(root, { recursive: true }));

const ended = (id: string, day: string, more: Partial<Job> = {}): Job => ({
  id,
  tenant: 'public',
  operation: 'image.transform',
  dialect: 'native',
  created_at: `${day}T10:00:00.000Z`,
  labels: {},
  state: 'completed',
  paused: false,
  stage: null,
  progress: 100,
  run: 1,
  started_at: null,
  completed_at: `${day}T11:00:00.000Z`,
  expires_at: null,
  assets: { total: 1, downloaded: 1, failed: 0 },
  usage: { bytes_in: 10, bytes_out: 5, compute_seconds: 1.5, reused_seconds: 0.25 },
  steps: [],
  result: null,
  error: null,
  ...more,
});
const enter = (...args: Parameters<typeof ended>) => recordUsage(store, ended(...args));
const count = async () => {
  let keys = 0;
  for await (const _ of store.list('_usage/')) keys += 1;
  return keys;
};

const november = [
  {
    day: '2026-11-01',
    operation: 'image.transform',
    jobs: { completed: 2, failed: 1, cancelled: 0 },
    bytes_in: 30,
    bytes_out: 10,
    compute_seconds: 4.5,
    reused_seconds: 0.75,
  },
  {
    day: '2026-11-02',
    operation: 'system.echo',
    jobs: { completed: 0, failed: 0, cancelled: 1 },
    ...noUsage,
  },
];

async function enterNovember(): Promise<void> {
  await enter('a', '2026-11-01');
  await enter('a', '2026-11-01', { run: 2 });
  // What is recorded twice counts once.
  await enter('a', '2026-11-01', { run: 2 });
  await enter('b.with_odd:words-', '2026-11-01', {
    state: 'failed',
    usage: { bytes_in: 10, bytes_out: 0, compute_seconds: 1.5, reused_seconds: 0.25 },
  });
  await enter('c', '2026-11-02', { state: 'cancelled', operation: 'system.echo', usage: noUsage });
  await enter('d', '2026-11-01', { tenant: 'acme' });
}

test('adds up by day, operation and tenant', async () => {
  await enterNovember();
  expect(await ledger.rows('public', '2026-11-01', '2026-11-30')).toEqual(november);
  expect(await ledger.rows('public', '2026-11-02', '2026-11-02')).toEqual(november.slice(1));
  expect(await ledger.rows('acme', '2026-11-01', '2026-11-30')).toHaveLength(1);
  expect(await ledger.rows('acm', '2026-11-01', '2026-11-30')).toEqual([]);
  expect(await ledger.rows('public', '2026-10-01', '2026-10-31')).toEqual([]);
});

test('combines past days once, with the same totals', async () => {
  await enterNovember();
  expect(await count()).toBe(5);
  expect(await ledger.sumUp(new Date('2026-11-08T12:00:00Z'), patient)).toBe(0);
  expect(await ledger.sumUp(new Date('2026-11-09T12:00:00Z'), patient)).toBe(2);
  expect(await count()).toBe(3);
  expect(await ledger.rows('public', '2026-11-01', '2026-11-30')).toEqual(november);
  expect(await ledger.sumUp(new Date('2026-11-09T12:00:00Z'), patient)).toBe(0);
  expect(await ledger.sumUp(new Date('2027-01-01T12:00:00Z'), patient)).toBe(1);
  expect(await ledger.rows('public', '2026-11-01', '2026-11-30')).toEqual(november);
});

test('counts nothing twice if it is interrupted between write and deletion', async () => {
  await enterNovember();
  await ledger.sumUp(new Date('2026-12-01T12:00:00Z'), patient);
  // As if the process had died before it could delete them.
  await enterNovember();
  expect(await ledger.rows('public', '2026-11-01', '2026-11-30')).toEqual(november);
  await ledger.sumUp(new Date('2026-12-01T12:00:00Z'), patient);
  expect(await ledger.rows('public', '2026-11-01', '2026-11-30')).toEqual(november);
  expect(await count()).toBe(3);
});

test('two concurrent combinations lose nothing', async () => {
  for (let round = 0; round < 20; round++) {
    const day = `2026-10-${String(round + 1).padStart(2, '0')}`;
    for (let job = 0; job < 5; job++) await enter(`j${job}`, day);
    const at = new Date('2026-12-01T12:00:00Z');
    await Promise.all([ledger.sumUp(at, patient), ledger.sumUp(at, patient), ledger.sumUp(at, patient)]);
    expect(await ledger.rows('public', day, day)).toMatchObject([{ jobs: { completed: 5 } }]);
  }
});
