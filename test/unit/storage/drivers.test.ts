import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../../../src/config/config.ts';
import { openStore, parseStoreAddress } from '../../../src/storage/drivers.ts';

/** Values of the settings of all stores. */
const settings = readConfig({});

test('opens a directory by its address', async () => {
  const root = await mkdtemp(join(tmpdir(), 'darkroom-driver-'));
  onTestFinished(() => rm(root, { recursive: true }));
  const store = await openStore(parseStoreAddress(`file:${root}`), settings);
  await store.put('a/b', 'x');
  expect(store.localPath('a/b')).toBe(join(root, 'a/b'));
});

test('opens a bucket by its address, without a connection', async () => {
  const store = await openStore(parseStoreAddress('s3://photos/jobs'), settings);
  expect(store.localPath('a')).toBeNull();
});

test('rejects an unknown address with all known forms', () => {
  const message = () => {
    try {
      return parseStoreAddress('ftp://somewhere');
    } catch (error) {
      return String(error);
    }
  };
  expect(message()).toMatch(/^TypeError: must be file:DIRECTORY, .* or \S+$/);
  for (const form of ['s3://BUCKET', 's3://BUCKET/PREFIX']) expect(message()).toContain(form);
});
