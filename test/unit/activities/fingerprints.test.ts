/** What another request with the same id left in the store is not ours, whatever lies there. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AssetRecord, readBatch, readBatches, writeBatch } from '../../../activities/asset-record.ts';
import { type Checkpoint, mergeCheckpoint, readCheckpoint } from '../../../activities/checkpoint.ts';
import { batchesOf, batchSizes } from '../../../src/jobs/model/batch.ts';
import { createFilesystemStore } from '../../../src/storage/filesystem/index.ts';
import { checkpointKey } from '../../../src/storage/layout.ts';
import type { ObjectStore } from '../../../src/storage/object-store.ts';

let root: string;
let store: ObjectStore;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'darkroom-store-'));
  store = createFilesystemStore({ root });
});
afterAll(() => rm(root, { recursive: true, force: true }));

const { signal } = new AbortController();
const ours = { tenant: 'public', id: 'job', run: 1, fingerprint: 'ours' };
const theirs = { ...ours, fingerprint: 'theirs' };
const batches = batchesOf({ chunkEnds: [16, 20], sizes: batchSizes });
const [first, second] = batches;
if (!first || !second) throw new Error('There are two batches');

const record = (index: number): AssetRecord => ({
  index,
  name: `asset-${index}`,
  attributes: {},
  location: { path: '/asset' },
  size: 1,
  sha256: null,
  error: null,
});

test('batches of assets', async () => {
  await writeBatch(store, theirs, first, [record(0)], signal);
  await writeBatch(store, ours, second, [record(16)], signal);
  expect(await readBatch(store, ours, first, signal)).toBeNull();
  expect(await readBatch(store, theirs, first, signal)).toEqual([record(0)]);
  expect(await readBatches(store, ours, batches, signal)).toEqual([record(16)]);
  await writeBatch(store, ours, first, [record(0), record(1)], signal);
  expect((await readBatches(store, ours, batches, signal)).map(({ index }) => index)).toEqual([0, 1, 16]);
  expect(await readBatch(store, theirs, first, signal)).toBeNull();
});

const checkpoint = (fingerprint: string, more: Partial<Checkpoint> = {}): Checkpoint => ({
  fingerprint,
  inputs: [],
  outputs: [],
  workspace: [],
  failures: [],
  ...more,
});

test('checkpoints of stages', async () => {
  const stage = { name: 'transform', run: 1 };
  await store.put(checkpointKey(theirs, 1, 'transform', first), JSON.stringify(checkpoint('theirs')));
  expect(await readCheckpoint(store, ours, stage, first, signal)).toBeNull();
  expect(await readCheckpoint(store, theirs, stage, first, signal)).toEqual(checkpoint('theirs'));
  expect(await readCheckpoint(store, theirs, { ...stage, run: 2 }, first, signal)).toBeNull();
  expect(await readCheckpoint(store, theirs, stage, null, signal)).toBeNull();
});

test('a mergeCheckpoint checkpoint holds what there was and what was added, in the order of the assets', () => {
  const output = (asset: number) => ({ path: `${asset}.png`, asset, key: `k${asset}`, size: 1, sha256: 's' });
  const error = { code: 'asset_corrupt', message: '', retryable: false, details: null };
  const failure = (index: number) => ({ index, error });
  const previous = checkpoint('ours', {
    inputs: [0, 1, 2, 4],
    outputs: [output(0), output(4)],
    workspace: [{ path: 'a', key: 'a' }],
    failures: [failure(1), failure(2)],
  });
  const more = checkpoint('ours', {
    inputs: [1, 2, 3],
    outputs: [output(1), output(3)],
    workspace: [{ path: 'b', key: 'b' }],
    failures: [failure(2)],
  });
  expect(mergeCheckpoint(previous, more)).toEqual(
    checkpoint('ours', {
      inputs: [0, 1, 2, 3, 4],
      outputs: [output(0), output(1), output(3), output(4)],
      workspace: [
        { path: 'a', key: 'a' },
        { path: 'b', key: 'b' },
      ],
      failures: [failure(2)],
    }),
  );
});
