/** The bytes that a tenant may store, measured in a real store. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { DarkroomError } from '../../../src/errors.ts';
import { StorageQuota } from '../../../src/jobs/submit/storage-quota.ts';
import { bytesPerName } from '../../../src/lib/settings/values.ts';
import { createFilesystemStore } from '../../../src/storage/filesystem/index.ts';
import { measureStoredBytes } from '../../../src/storage/stored-bytes.ts';

async function setUp(limits: string) {
  const root = await mkdtemp(join(tmpdir(), 'darkroom-bytes-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const store = createFilesystemStore({ root });
  const limitOf = bytesPerName.parse(limits) ?? (() => Number.POSITIVE_INFINITY);
  let measured = 0;
  const quota = new StorageQuota({
    measure: (tenant, enough) => {
      measured += 1;
      return measureStoredBytes(store, tenant, enough);
    },
    limitOf,
    measuredMs: 0,
  });
  const code = (tenant: string) =>
    quota.check(tenant).then(
      () => null,
      (error: DarkroomError) => error.code,
    );
  return { store, quota, code, measured: () => measured };
}

test('a tenant is refused from its limit on, others are not, and space that it frees counts', async () => {
  const { store, code } = await setUp('1K,big=1M');
  await store.put('acme/jobs/1/uploads/a', Buffer.alloc(1000));
  await store.put('big/jobs/1/uploads/a', Buffer.alloc(2000));
  // Names that begin alike are other tenants.
  await store.put('acme-2/jobs/1/uploads/a', Buffer.alloc(900));
  expect([await code('acme'), await code('acme-2'), await code('big')]).toEqual([null, null, null]);
  await store.put('acme/jobs/2/uploads/a', Buffer.alloc(24));
  expect([await code('acme'), await code('acme-2')]).toEqual(['tenant_storage_full', null]);
  await store.deleteAll('acme/jobs/2/');
  expect(await code('acme')).toBeNull();
});

test('the refusal names the limit, its figure and the setting', async () => {
  const { store, quota } = await setUp('acme=10');
  await store.put('acme/a', 'more than ten bytes');
  await expect(quota.check('acme')).rejects.toMatchObject({
    status: 429,
    message: expect.stringMatching(/"acme" may store 10 bytes \(DARKROOM_TENANT_BYTES\)/),
    details: { limit: 'tenant-bytes', max: 10, setting: 'DARKROOM_TENANT_BYTES' },
  });
});

test('without a limit nothing is listed, and an outage of the store refuses nothing', async () => {
  const { code, measured } = await setUp('acme=10');
  await code('beta');
  expect(measured()).toBe(0);
  const away = new StorageQuota({
    measure: async () => {
      throw new DarkroomError('store_unavailable', 'away');
    },
    limitOf: () => 1,
  });
  await expect(away.check('acme')).resolves.toBeUndefined();
});
