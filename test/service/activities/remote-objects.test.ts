/** Files of stages with a remote store: transfers are concurrent and stop when the activity is cancelled. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { restoreWorkspace, saveWorkspace } from '../../../activities/workspace.ts';
import type { StageFiles } from '../../../src/jobs/ports/run-files.ts';
import { mapConcurrent } from '../../../src/lib/map-concurrent.ts';
import type { ObjectStore } from '../../../src/storage/object-store.ts';
import { createS3Store } from '../../../src/storage/s3/index.ts';
import { createStageFiles } from '../../../src/storage/stages.ts';
import { type FaultyProxy, startProxy } from '../../support/proxy.ts';
import { BUILD_MS, type S3Server, startS3Server } from '../../support/s3-server.ts';

let server: S3Server;
let wire: FaultyProxy;
let store: ObjectStore;
let stages: StageFiles;
let folder: string;
let cancel: AbortController;

beforeAll(async () => {
  server = await startS3Server();
  wire = await startProxy(server.endpoint);
  store = createS3Store({ bucket: server.bucket, access: { ...server, endpoint: wire.url } });
  stages = createStageFiles(store);
}, BUILD_MS);
afterAll(async () => {
  await wire.close();
  await server.dispose();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-remote-'));
  cancel = new AbortController();
  return () => rm(folder, { recursive: true, force: true });
});

const names = ['a', 'b', 'c', 'd'];
/** After so long without an answer the store's client gives up. */
const STORE_TIMEOUT_MS = 120_000;

/** Cancels work whose first response never arrives. Returns the paths that it requested. */
async function cancelHanging(work: () => Promise<unknown>): Promise<{ readonly requested: string[] }> {
  const before = wire.seen.length;
  wire.faults = ['hang'];
  const running = work();
  running.catch(() => undefined);
  const requested = () => wire.seen.slice(before).map(({ path }) => path.replace(/\?.*/, ''));
  await expect.poll(() => new Set(requested()).size).toBe(names.length);
  const from = Date.now();
  cancel.abort(new Error('cancelled'));
  await expect(running).rejects.toThrow();
  expect(Date.now() - from).toBeLessThan(STORE_TIMEOUT_MS / 2);
  return { requested: requested() };
}

/** Nobody looks at it here. */
const digest = { size: 1, sha256: '', crc32: 0 };

test('restores a workspace concurrently, and stops at a cancellation', async () => {
  const workspace = names.map((name) => ({ path: name, key: `left/${name}`, ...digest }));
  for (const { key } of workspace) await store.put(key, 'x');
  const left = [{ workspace }];
  const { requested } = await cancelHanging(() => restoreWorkspace(stages, left, folder, cancel.signal));
  expect(requested.map((path) => path.slice(-1)).sort()).toEqual(names);
});

test('saves a workspace concurrently, and stops at a cancellation', async () => {
  for (const name of names) await writeFile(join(folder, name), 'x');
  const job = { tenant: 'public', id: 'a', run: 1, fingerprint: '' };
  const attempt = stages.startAttempt({ job, step: 'main', stage: { name: 'one', run: 1 }, batch: null });
  const { requested } = await cancelHanging(() => saveWorkspace(attempt, folder, new Map(), cancel.signal));
  expect(requested.map((path) => path.slice(-1)).sort()).toEqual(names);
});

test('restores the later of two files with the same path', async () => {
  await store.put('first', 'of the first');
  await store.put('second', 'of the second');
  const left = ['first', 'second'].map((key) => ({ workspace: [{ path: 'a', key, ...digest }] }));
  const restored = await restoreWorkspace(stages, left, folder, cancel.signal);
  expect([...restored]).toEqual([['a', { path: 'a', key: 'second', ...digest }]]);
});

test('writes no file after a missing object has failed the others', async () => {
  const keys = Array.from({ length: 40 }, (_, index) => `inputs/${index}`);
  for (const key of keys.slice(1)) await store.put(key, Buffer.alloc(256 * 1024));
  const scratch = join(folder, 'scratch');
  await mkdir(scratch);
  const running = mapConcurrent(keys, { concurrency: 8, signal: cancel.signal }, (key, stop) =>
    stages.toLocalFile({ key }, join(scratch, key), 'read', stop),
  );
  await expect(running).rejects.toThrow('The object inputs/0 is missing in the store');
  await rm(scratch, { recursive: true });
  await sleep(1000);
  expect(existsSync(scratch)).toBe(false);
});
