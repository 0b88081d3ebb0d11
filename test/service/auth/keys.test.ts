/** Keys of the API, in the stores that there are. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatKey, parseKey } from '../../../src/auth/api-key.ts';
import { authenticateBy } from '../../../src/auth/authenticate.ts';
import { createKeyAuthenticator } from '../../../src/auth/keys.ts';
import { ApiKeyStore } from '../../../src/storage/api-keys.ts';
import { createFilesystemStore } from '../../../src/storage/filesystem/index.ts';
import type { ObjectStore } from '../../../src/storage/object-store.ts';
import { createS3Store } from '../../../src/storage/s3/index.ts';
import { BUILD_MS, type S3Server, startS3Server } from '../../support/s3-server.ts';

let s3: S3Server;
let root: string;
const stores: Record<string, ObjectStore> = {};

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'darkroom-keys-'));
  stores['filesystem'] = createFilesystemStore({ root });
  s3 = await startS3Server();
  stores['S3'] = createS3Store({ bucket: s3.bucket, prefix: 'some/prefix', access: s3 });
}, BUILD_MS);
afterAll(async () => {
  await s3.dispose();
  await rm(root, { recursive: true, force: true });
});

const secretOf = (written: string): string => parseKey(written)?.secret ?? 'none';

const wish = { tenant: 'acme', name: 'ci', role: 'submitter', expires_at: null } as const;

describe.each(['filesystem', 'S3'])('on %s', (name) => {
  const open = () => {
    const store = stores[name];
    if (!store) throw new Error(`There is no store ${name}`);
    return new ApiKeyStore(store);
  };

  test('a key is created, listed, accepted, and rejected once revoked', async () => {
    const keys = open();
    const [{ key, written }, other] = [
      await keys.create(wish),
      await keys.create({ ...wish, tenant: 'beta', role: 'viewer' }),
    ];
    expect(written).toMatch(/^drk_[0-9a-f]{12}_[0-9A-Za-z]{49}$/);
    const listed = await keys.list();
    expect(listed).toHaveLength(2);
    expect(listed).toEqual(expect.arrayContaining([key, other.key]));
    const at = createKeyAuthenticator(keys, { freshMs: 0 });
    expect(await at.identify(written)).toEqual({
      tenant: 'acme',
      subject: `key ${key.id} (ci)`,
      role: 'submitter',
    });
    expect(await at.identify(other.written)).toMatchObject({ tenant: 'beta', role: 'viewer' });
    expect(await keys.revoke(key.id)).toEqual(key);
    expect(await keys.revoke(key.id)).toBeNull();
    await expect(at.identify(written)).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(await keys.list()).toEqual([other.key]);
  });
});

describe('a key', () => {
  const filesystem = () => new ApiKeyStore(createFilesystemStore({ root }));

  test('cannot be read from the store', async () => {
    const { key, written } = await filesystem().create(wish);
    const files = await readdir(join(root, '_keys'));
    expect(files).toContain(`${key.id}.json`);
    const all = await Promise.all(files.map((file) => readFile(join(root, '_keys', file), 'utf8')));
    expect(all.join()).not.toContain(secretOf(written));
  });

  test('with another secret, another id, or none is rejected with the same error', async () => {
    const keys = filesystem();
    const [one, two] = [await keys.create(wish), await keys.create(wish)];
    const at = createKeyAuthenticator(keys);
    const said = new Set<string>();
    for (const wrong of [
      formatKey(one.key.id, secretOf(two.written)),
      formatKey('0'.repeat(12), secretOf(one.written)),
    ])
      await at.identify(wrong).catch(({ message }: Error) => said.add(message));
    expect([...said]).toEqual(['The API key is unknown or was revoked']);
    for (const wrong of [
      one.written.slice(0, -1),
      `${one.written}x`,
      'drk_',
      'drk_../../x',
      `${one.written} `,
    ])
      await expect(at.identify(wrong)).rejects.toMatchObject({
        code: 'unauthenticated',
        message: expect.stringMatching(/mistyped/),
      });
    expect(at.recognises('eyJ.a.b')).toBe(false);
  });

  test('is valid until it expires', async () => {
    const keys = filesystem();
    const late = await keys.create({ ...wish, expires_at: new Date(Date.now() - 1000).toISOString() });
    const soon = await keys.create({ ...wish, expires_at: new Date(Date.now() + 60_000).toISOString() });
    const at = createKeyAuthenticator(keys);
    expect(await at.identify(soon.written)).toMatchObject({ tenant: 'acme' });
    await expect(at.identify(late.written)).rejects.toMatchObject({
      message: expect.stringMatching(/^The API key expired at 20/),
    });
  });

  test('is read from the store once for many requests, and errors are not cached', async () => {
    const keys = filesystem();
    const { written } = await keys.create(wish);
    let [looks, isAway] = [0, false];
    const at = createKeyAuthenticator({
      find: async (id) => {
        looks += 1;
        if (isAway) throw new Error('away');
        return keys.find(id);
      },
    });
    await Promise.all(Array.from({ length: 50 }, () => at.identify(written)));
    for (let count = 0; count < 50; count++) await at.identify(written);
    expect(looks).toBe(1);
    isAway = true;
    const other = formatKey('f'.repeat(12), secretOf(written));
    for (let count = 0; count < 3; count++) await expect(at.identify(other)).rejects.toThrow('away');
    expect(looks).toBe(4);
  });

  test('fails with an outage while the store is unavailable', async () => {
    const keys = new ApiKeyStore(stores['S3'] as ObjectStore);
    const { written } = await keys.create(wish);
    const at = createKeyAuthenticator(keys, { freshMs: 0 });
    await s3.stop();
    try {
      await expect(at.identify(written)).rejects.toMatchObject({ code: 'store_unavailable', status: 503 });
    } finally {
      await s3.start();
    }
    await expect.poll(() => at.identify(written).catch(() => null)).toMatchObject({ tenant: 'acme' });
  });
});

test('invalid credentials get an error with the accepted kinds', async () => {
  const keys = createKeyAuthenticator({ find: async () => null });
  const authenticate = authenticateBy([keys, { ...keys, kind: 'a ticket', recognises: () => false }]);
  for (const credential of [null, 'something'])
    await expect(authenticate(credential)).rejects.toMatchObject({
      code: 'unauthenticated',
      message: expect.stringContaining(
        'send an API key of this server ("drk_…") or a ticket as "Authorization: Bearer …"',
      ),
    });
});
