/** A store belongs to one master key at a time. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Keyring } from '../../../src/auth/keyring.ts';
import { loadKeyring } from '../../../src/auth/load-keyring.ts';
import { createFilesystemStore } from '../../../src/storage/filesystem/index.ts';
import { masterKeyKey } from '../../../src/storage/layout.ts';
import { agreeOnMasterKey, sealingKey } from '../../../src/storage/master-key.ts';
import type { ObjectStore } from '../../../src/storage/object-store.ts';

const [older, newer] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
const keysOf = (...texts: string[]): Promise<Keyring> => loadKeyring(texts, '/nowhere');

let root: string;
let store: ObjectStore;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'darkroom-master-key-'));
});
afterAll(() => rm(root, { recursive: true }));
beforeEach(async () => {
  store = createFilesystemStore({ root });
  await store.delete(masterKeyKey);
});

test('an empty store accepts the key of the first process, and no other', async () => {
  expect(await sealingKey(store, await keysOf(older))).toBeNull();
  expect(await agreeOnMasterKey(store, await keysOf(older))).toBe(true);
  expect(await agreeOnMasterKey(store, await keysOf(older))).toBe(true);
  expect(await sealingKey(store, await keysOf(older))).toBe('first');
  expect(await sealingKey(store, await keysOf(newer))).toBe('foreign');
  expect(await agreeOnMasterKey(store, await keysOf(newer))).toBe(false);
  expect(await sealingKey(store, await keysOf(older))).toBe('first');
});

test('a key is added and removed by rotation', async () => {
  await agreeOnMasterKey(store, await keysOf(older));
  expect(await agreeOnMasterKey(store, await keysOf(older, newer))).toBe(true);
  expect(await sealingKey(store, await keysOf(newer, older))).toBe('other');
  expect(await agreeOnMasterKey(store, await keysOf(newer, older))).toBe(true);
  expect(await agreeOnMasterKey(store, await keysOf(newer))).toBe(true);
  expect(await agreeOnMasterKey(store, await keysOf(older))).toBe(false);
});
