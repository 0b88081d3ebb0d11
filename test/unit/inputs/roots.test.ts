/** Input directories: each tenant has its own, and none that was not given to it. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { resolveInput } from '../../../src/inputs/path-input.ts';
import { requiredDirectory, rootsOf } from '../../../src/inputs/roots.ts';

const roots = ['/srv/photos', '/srv/tenants/{tenant}/in', 'all:/srv/common'];

test('a plain root is for the tenant "public", {tenant} for one tenant each, all: for all tenants', () => {
  expect(rootsOf(roots, 'acme')).toEqual(['/srv/tenants/acme/in', '/srv/common']);
  expect(rootsOf(roots, 'public')).toEqual(['/srv/photos', '/srv/tenants/public/in', '/srv/common']);
});

test('a tenant without an input root gets an error that says so', () => {
  expect(() => rootsOf(['/srv/photos'], 'acme')).toThrow(
    /Tenant "acme" has no input directory.*DARKROOM_INPUT_ROOTS/,
  );
});

test('returns the directory that must exist for a root', () => {
  expect([...roots, 'all:/{tenant}', '/data/t-{tenant}'].map(requiredDirectory)).toEqual([
    '/srv/photos',
    '/srv/tenants',
    '/srv/common',
    '/',
    '/data',
  ]);
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-roots-'));
  for (const tenant of ['acme', 'beta']) {
    await mkdir(join(folder, tenant));
    await writeFile(join(folder, tenant, `${tenant}.jpg`), tenant);
  }
  await symlink(join(folder, 'beta'), join(folder, 'acme', 'way'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('paths cannot lead from one root to another', async () => {
  const given = rootsOf([join(folder, '{tenant}')], 'acme');
  expect(await resolveInput(given, 'acme.jpg')).toMatchObject({ kind: 'file' });
  for (const path of ['../beta/beta.jpg', join(folder, 'beta', 'beta.jpg'), 'way/beta.jpg', 'beta.jpg'])
    await expect(resolveInput(given, path)).rejects.toMatchObject({
      code: expect.stringMatching(/^asset_(path_forbidden|not_found)$/),
    });
});
