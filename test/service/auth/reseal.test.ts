/** A new master key: stored credentials are encrypted with it again, so that the old one can be removed. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Keyring } from '../../../src/auth/keyring.ts';
import { createCredentialStore } from '../../../src/storage/credentials.ts';
import { createFilesystemStore } from '../../../src/storage/filesystem/index.ts';
import { agreeOnMasterKey } from '../../../src/storage/master-key.ts';
import { cli } from '../../support/cli.ts';

const [OLD, NEW, LOST] = [randomBytes(32), randomBytes(32), randomBytes(32)];
const [before, after, lost] = [[OLD], [NEW], [LOST]].map((masters) => new Keyring(masters as [Buffer])) as [
  Keyring,
  Keyring,
  Keyring,
];

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'darkroom-reseal-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const directory = () => join(root, 'store');
const credentialsWith = (keyring: Keyring) =>
  createCredentialStore(createFilesystemStore({ root: directory() }), keyring);
const run = (...masters: Buffer[]) =>
  cli(['reseal', '--json'], {
    env: {
      DARKROOM_DATA: join(root, 'data'),
      DARKROOM_STORE: `file:${directory()}`,
      DARKROOM_MASTER_KEY: masters.map((key) => key.toString('base64')).join(','),
    },
  });

test('darkroom reseal encrypts credentials of all tenants with the first key, and names those that it cannot', async () => {
  const store = createFilesystemStore({ root: directory() });
  const place = {
    kind: 's3',
    endpoint: null,
    region: 'us-east-1',
    bucket: 'photos',
    path_style: false,
  } as const;
  const view = (name: string) => ({
    ...place,
    name,
    created_at: new Date().toISOString(),
    rotated_at: null,
  });
  const keys = { access_key_id: 'AKIA1234', secret_access_key: 'secret of the test' };
  await agreeOnMasterKey(store, before);
  for (const tenant of ['acme', 'beta']) await credentialsWith(before).write(tenant, view('main'), keys);

  // The server still uses the old key.
  expect(await run(NEW, OLD)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('DARKROOM_MASTER_KEY'),
  });
  await expect(credentialsWith(after).open('acme', 'main')).rejects.toMatchObject({
    code: 'master_key_missing',
  });

  await agreeOnMasterKey(store, new Keyring([NEW, OLD]));
  await credentialsWith(after).write('acme', view('new'), keys);
  const first = await run(NEW, OLD);
  expect(first).toMatchObject({ code: 0 });
  expect(JSON.parse(first.stdout)).toEqual({ resealed: 2, current: 1, lost: [] });
  for (const tenant of ['acme', 'beta'])
    expect(await credentialsWith(after).open(tenant, 'main')).toMatchObject({ bucket: 'photos', keys });
  await expect(credentialsWith(before).open('acme', 'main')).rejects.toMatchObject({
    code: 'master_key_missing',
  });

  await credentialsWith(lost).write('beta', view('lost'), keys);
  const second = await run(NEW, OLD);
  expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('beta/lost') });
  expect(JSON.parse(second.stdout)).toEqual({ resealed: 0, current: 3, lost: ['beta/lost'] });
});
