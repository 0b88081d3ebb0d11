/** The one input of a job that lies beside the jobs, under the job's id. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { Keyring } from '../../../src/auth/keyring.ts';
import type { JobArchive } from '../../../src/jobs/ports/job-archive.ts';
import { createJobArchive } from '../../../src/storage/archive.ts';
import { createFilesystemStore } from '../../../src/storage/filesystem/index.ts';
import type { ObjectStore } from '../../../src/storage/object-store.ts';

const folders: string[] = [];
const ref = { tenant: 'public', id: 'job-1' };
let store: ObjectStore;
let archive: JobArchive;

beforeEach(async () => {
  const root = await mkdtemp(join(tmpdir(), 'darkroom-input-'));
  folders.push(root);
  store = createFilesystemStore({ root });
  archive = createJobArchive(store, new Keyring([Buffer.alloc(32)]));
});
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

async function upload(asInput: boolean): Promise<string> {
  const request = randomUUID();
  const { signal } = new AbortController();
  await archive.beginRequest(ref, request, asInput);
  await archive.upload(ref, {
    request,
    position: 0,
    asInput,
    body: Readable.from([Buffer.from('x')]),
    signal,
  });
  return request;
}

async function keys(): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of store.list('')) found.push(key);
  return found;
}

test('is stored at input/{id}, and deleted with the job', async () => {
  await archive.commitRequest(ref, await upload(true));
  expect(await keys()).toEqual(['public/input/job-1']);
  await archive.erase(ref);
  expect(await keys()).toEqual([]);
});

test('is removed if its request crashed', async () => {
  const request = await upload(true);
  const abandoned = [];
  for await (const found of archive.abandoned(new Date(Date.now() + 1000))) abandoned.push(found);
  expect(abandoned).toEqual([{ ref, request }]);
  await archive.rollbackRequest(ref, request);
  expect(await keys()).toEqual([]);
});

test('stays if another request of the job is discarded', async () => {
  await archive.commitRequest(ref, await upload(true));
  await archive.rollbackRequest(ref, await upload(false));
  expect(await keys()).toEqual(['public/input/job-1']);
});
