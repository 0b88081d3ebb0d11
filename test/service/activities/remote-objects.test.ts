/** Objects that come from another machine, and go there: side by side, and no longer than they are wanted. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Checkpoint } from '../../../activities/checkpoint.ts';
import type { StageRunInput } from '../../../activities/types.ts';
import { bring, keepWorkspace, restoreWorkspace } from '../../../activities/workspace.ts';
import { mapConcurrent } from '../../../src/lib/map-concurrent.ts';
import type { ObjectStore } from '../../../src/storage/object-store.ts';
import { createS3Store } from '../../../src/storage/s3/index.ts';
import { type BadConnection, startProxy } from '../../support/proxy.ts';
import { BUILD_MS, type S3Server, startS3Server } from '../../support/s3-server.ts';

let server: S3Server;
let wire: BadConnection;
let store: ObjectStore;
let folder: string;
let cancel: AbortController;

beforeAll(async () => {
  server = await startS3Server();
  wire = await startProxy(server.endpoint);
  store = createS3Store({ bucket: server.bucket, access: { ...server, endpoint: wire.url } });
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

/** What the server was asked since, by the first of its answers that never comes. */
async function hanging(work: () => Promise<unknown>): Promise<{ readonly asked: string[] }> {
  const before = wire.seen.length;
  wire.mishaps = ['hang'];
  const running = work();
  running.catch(() => undefined);
  const asked = () => wire.seen.slice(before).map(({ path }) => path.replace(/\?.*/, ''));
  await expect.poll(() => new Set(asked()).size).toBe(names.length);
  const from = Date.now();
  cancel.abort(new Error('cancelled'));
  await expect(running).rejects.toThrow();
  expect(Date.now() - from).toBeLessThan(5000);
  return { asked: asked() };
}

test('a workspace comes side by side, and one object that does not come holds no cancellation', async () => {
  const workspace = names.map((name) => ({ path: name, key: `left/${name}` }));
  for (const { key } of workspace) await store.put(key, 'x');
  const left = [{ workspace } as unknown as Checkpoint];
  const { asked } = await hanging(() => restoreWorkspace(store, left, folder, cancel.signal));
  expect(asked.map((path) => path.slice(-1)).sort()).toEqual(names);
});

test('a workspace is kept likewise', async () => {
  for (const name of names) await writeFile(join(folder, name), 'x');
  const step = { job: { tenant: 'public', id: 'a' }, stage: { name: 'one', run: 1 }, batch: null };
  const { asked } = await hanging(() =>
    keepWorkspace(store, step as unknown as StageRunInput, folder, new Map(), cancel.signal),
  );
  expect(asked.map((path) => path.slice(-1)).sort()).toEqual(names);
});

test('of two batches that left a file of one name, the later counts', async () => {
  await store.put('first', 'of the first');
  await store.put('second', 'of the second');
  const left = ['first', 'second'].map(
    (key) => ({ workspace: [{ path: 'a', key }] }) as unknown as Checkpoint,
  );
  const restored = await restoreWorkspace(store, left, folder, cancel.signal);
  expect([...restored]).toEqual([['a', 'second']]);
});

test('when one is lost, none is brought behind the back of whoever tidies up', async () => {
  const keys = Array.from({ length: 40 }, (_, index) => `inputs/${index}`);
  for (const key of keys.slice(1)) await store.put(key, Buffer.alloc(256 * 1024));
  const scratch = join(folder, 'scratch');
  await mkdir(scratch);
  const running = mapConcurrent(keys, { concurrency: 8, signal: cancel.signal }, (key, stop) =>
    bring(store, key, join(scratch, key), 'read', stop),
  );
  await expect(running).rejects.toThrow('The store has lost inputs/0');
  await rm(scratch, { recursive: true });
  await sleep(1000);
  expect(existsSync(scratch)).toBe(false);
});
