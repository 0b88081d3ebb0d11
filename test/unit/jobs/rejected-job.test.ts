/** Rejected requests that are kept as failed jobs: in a store of files, whatever clients send. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Keyring } from '../../../src/auth/keyring.ts';
import { DarkroomError } from '../../../src/errors.ts';
import { Retention } from '../../../src/jobs/lifecycle/retention.ts';
import type { JobArchive } from '../../../src/jobs/ports/job-archive.ts';
import type { JobRuntime } from '../../../src/jobs/ports/job-runtime.ts';
import { keepRejected } from '../../../src/jobs/submit/rejected-job.ts';
import { createJobArchive } from '../../../src/storage/archive.ts';
import { createFilesystemStore } from '../../../src/storage/filesystem/index.ts';
import type { ObjectStore } from '../../../src/storage/object-store.ts';
import { createOpenUploads } from '../../../src/storage/open-uploads.ts';
import { createReusableResults } from '../../../src/storage/reusable-results.ts';
import { StoredUsage } from '../../../src/storage/usage.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

let root: string;
let store: ObjectStore;
let archive: JobArchive;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'darkroom-rejected-'));
  store = createFilesystemStore({ root });
  archive = createJobArchive(store, new Keyring([Buffer.alloc(32)]));
});
afterAll(() => rm(root, { recursive: true }));

const keys = async (): Promise<string[]> => {
  const found: string[] = [];
  for await (const { key } of store.list('')) found.push(key);
  return found;
};
const submitter = {
  tenant: 'public',
  dialect: 'image-web',
  keepRejected: (error: DarkroomError) => ({ operation: 'image.transform', error }),
};
const reject = async (error: DarkroomError, id: string | null = null) =>
  (
    await keepRejected({ archive, retention: { jobMs: null, workMs: 0 } }, submitter, error, {
      id: () => id,
      max: 10,
    })
  ).job;

test('keeps the latest rejected jobs of a tenant for a day', async () => {
  const wrong = new DarkroomError('invalid_request', 'width: must be a whole number');
  const first = await reject(wrong);
  for (let count = 0; count < 15; count++) await reject(wrong);
  const kept = await keys();
  // A record, an entry of the list, and a scheduled deletion.
  expect(kept).toHaveLength(30);
  expect(kept.filter((key) => key.includes(first.id))).toEqual([]);

  const runtime = { get: async () => null, endedOutside: async function* () {} };
  const usage = new StoredUsage(store);
  const dependencies = {
    runtime: runtime as unknown as JobRuntime,
    archive,
    usage,
    openUploads: createOpenUploads(store),
    buckets: { abortUpload: async () => undefined },
    ...{ reusable: createReusableResults(store), reuseMs: 0, reuseEntries: 1 },
  };
  const later = new Date(Date.now() + DAY_MS + 120_000);
  const report = await new Retention(dependencies).execute(later, new AbortController().signal, () => {});
  expect(report).toMatchObject({ jobs: 10, failed: 0 });
  expect(await keys()).toEqual([]);
});

test('stores a rejection with an id once, and truncates a long message', async () => {
  const errors = Array.from({ length: 500 }, (_, index) => ({
    pointer: `/${index}`,
    detail: 'x'.repeat(100),
  }));
  const long = new DarkroomError('invalid_request', 'x'.repeat(1e6), { details: { errors } });
  const id = '1b4e28ba-2fa1-4d2c-8f1c-3a7f5c6d7e8f';
  const jobs = [await reject(long, id), await reject(long, id)];
  expect(jobs[1]).toEqual(jobs[0]);
  const sizes = await Promise.all((await keys()).map(async (key) => (await store.head(key))?.size ?? 0));
  expect(sizes).toHaveLength(3);
  expect(Math.max(...sizes)).toBeLessThan(10_000);
});
