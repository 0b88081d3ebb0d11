/** Batches and checkpoints carry the fingerprint of their request: those of another request with the same job id are ignored. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mergeCheckpoint } from '../../../activities/checkpoint.ts';
import { batchSizes, splitIntoBatches } from '../../../src/jobs/model/batch.ts';
import type { Checkpoint } from '../../../src/jobs/model/checkpoint.ts';
import type { AssetDownload, RunFiles } from '../../../src/jobs/ports/run-files.ts';
import { createRunFiles } from '../../../src/storage/archive.ts';
import { createFilesystemStore } from '../../../src/storage/filesystem/index.ts';

let root: string;
let files: RunFiles;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'darkroom-store-'));
  files = createRunFiles(createFilesystemStore({ root }));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const { signal } = new AbortController();
const ours = { tenant: 'public', id: 'job', run: 1, fingerprint: 'ours' };
const theirs = { ...ours, fingerprint: 'theirs' };
const batches = splitIntoBatches({ chunkEnds: [16, 20], sizes: batchSizes });
const [first, second] = batches;
if (!first || !second) throw new Error('There are two batches');

const record = (index: number): AssetDownload => ({
  index,
  name: `asset-${index}`,
  attributes: {},
  location: { path: '/asset' },
  size: 1,
  sha256: null,
  error: null,
});

test('reads only the outcomes of its own request', async () => {
  const { assets } = files;
  await assets.writeBatch(theirs, first, [record(0)], signal);
  await assets.writeBatch(ours, second, [record(16)], signal);
  expect(await assets.readBatch(ours, first, signal)).toBeNull();
  expect(await assets.readBatch(theirs, first, signal)).toEqual([record(0)]);
  expect(await assets.readBatches(ours, batches, signal)).toEqual([record(16)]);
  await assets.writeBatch(ours, first, [record(0), record(1)], signal);
  expect((await assets.readBatches(ours, batches, signal)).map(({ index }) => index)).toEqual([0, 1, 16]);
  expect(await assets.readBatch(theirs, first, signal)).toBeNull();
});

const checkpoint = (fingerprint: string, more: Partial<Checkpoint> = {}): Checkpoint => ({
  fingerprint,
  inputs: [],
  outputs: [],
  workspace: [],
  failures: [],
  leftOut: [],
  notes: [],
  computeMs: 0,
  ...more,
});

test('reads only the checkpoints of its own request', async () => {
  const { stages } = files;
  const stage = { name: 'transform', run: 1 };
  await stages.writeCheckpoint(
    { job: theirs, step: 'main', stage, batch: first },
    checkpoint('theirs'),
    signal,
  );
  expect(await stages.readCheckpoint({ job: ours, step: 'main', stage, batch: first }, signal)).toBeNull();
  expect(await stages.readCheckpoint({ job: theirs, step: 'main', stage, batch: first }, signal)).toEqual(
    checkpoint('theirs'),
  );
  expect(
    await stages.readCheckpoint(
      { job: theirs, step: 'main', stage: { ...stage, run: 2 }, batch: first },
      signal,
    ),
  ).toBeNull();
  expect(await stages.readCheckpoint({ job: theirs, step: 'main', stage, batch: null }, signal)).toBeNull();
});

test('merges the checkpoint of a rerun into that of the earlier run, in the order of the assets', () => {
  const output = (asset: number) => ({
    path: `${asset}.png`,
    asset,
    key: `k${asset}`,
    size: 1,
    sha256: 's',
    crc32: 0,
  });
  const left = (path: string) => ({ path, key: path, size: 1, sha256: 's', crc32: 0 });
  const error = { code: 'asset_corrupt', message: '', retryable: false, details: null };
  const failure = (index: number) => ({ index, error });
  const previous = checkpoint('ours', {
    inputs: [0, 1, 2, 4],
    outputs: [output(0), output(4)],
    workspace: [left('a')],
    failures: [failure(1), failure(2)],
  });
  const more = checkpoint('ours', {
    inputs: [1, 2, 3],
    outputs: [output(1), output(3)],
    workspace: [left('b')],
    failures: [failure(2)],
  });
  expect(mergeCheckpoint(previous, more)).toEqual(
    checkpoint('ours', {
      inputs: [0, 1, 2, 3, 4],
      outputs: [output(0), output(1), output(3), output(4)],
      workspace: [left('a'), left('b')],
      failures: [failure(2)],
    }),
  );
});
