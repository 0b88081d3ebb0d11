/** `darkroom keys`, and how a client logs in with one. */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cli } from '../../support/cli.ts';
import { freePort } from '../../support/ports.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';

let folder: string;
let env: Record<string, string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-cli-keys-'));
  env = { DARKROOM_DATA: folder, DARKROOM_AUTH: 'keys', DARKROOM_LISTEN: `127.0.0.1:${await freePort()}` };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const keys = (...args: string[]) => cli(['keys', ...args], { env });

test('a key is created, listed and revoked, and its secret is printed once', async () => {
  expect(await keys('list')).toMatchObject({
    code: 0,
    stdout: '',
    stderr: expect.stringContaining('No keys'),
  });
  const made = await keys('create', '--tenant', 'acme', '--name', 'nightly build', '--expires', '90d');
  expect(made).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^drk_[0-9a-f]{12}_[0-9A-Za-z]{49}\n$/),
  });
  const [, id = ''] = made.stdout.split('_');
  expect(made.stderr).toMatch(
    new RegExp(`Key ${id} of tenant acme, role submitter, until 20.*not shown again`),
  );
  const json = await keys('create', '--tenant', 'acme', '--name', 'board', '--role', 'viewer', '--json');
  const { key, ...facts } = JSON.parse(json.stdout) as Record<string, string>;
  expect(facts).toMatchObject({ tenant: 'acme', name: 'board', role: 'viewer', expires_at: null });
  const listed = await keys('list');
  expect(listed.stdout.split('\n').map((line) => line.split(/ {2,}/).slice(1, 4))).toEqual(
    expect.arrayContaining([
      ['acme', 'nightly build', 'submitter'],
      ['acme', 'board', 'viewer'],
    ]),
  );
  expect(listed.stdout).not.toContain('drk_');
  expect(JSON.parse((await keys('list', '--json')).stdout)).toMatchObject({ keys: [{ id }, facts] });
  expect(await keys('revoke', id)).toMatchObject({ code: 0, stderr: expect.stringContaining('is revoked') });
  expect(await keys('revoke', id)).toMatchObject({ code: 5 });
  expect(await keys('revoke', '../../x')).toMatchObject({ code: 5 });
  expect(await keys('revoke', key ?? '')).toMatchObject({ code: 0 });
  expect((await keys('list')).stdout).toBe('');

  const audit = (...args: string[]) => cli(['audit', 'export', ...args], { env });
  const events = (await audit()).stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, string>);
  expect(events.map(({ action, target, tenant, detail }) => [action, target, tenant, detail])).toEqual([
    ['keys.create', id, 'acme', expect.stringMatching(/^role submitter, until 20.*: nightly build$/)],
    ['keys.create', facts['id'], 'acme', 'role viewer, no expiry: board'],
    ['keys.revoke', id, 'acme', 'nightly build'],
    ['keys.revoke', facts['id'], 'acme', 'board'],
  ]);
  expect(JSON.stringify(events)).not.toContain(key?.slice(-43));
  const csv = (await audit('--format', 'csv', '--tenant', 'acme', '--since', '1h')).stdout.split('\r\n');
  expect([csv[0], csv.length]).toEqual([expect.stringMatching(/^time,action,outcome,tenant,subject/), 6]);
  expect((await audit('--tenant', 'beta')).stdout).toBe('');
  expect((await audit('--since', 'soon')).stderr).toContain('--since soon: must be 30m');
  const files = await readdir(join(folder, 'store', '_audit'), { recursive: true, withFileTypes: true });
  for (const file of files) {
    const { mode } = await stat(join(file.parentPath, file.name));
    expect([file.name, mode & 0o077]).toEqual([file.name, 0]);
  }
});

test.each([
  [['create', '--name', 'x'], /--tenant/],
  [['create', '--tenant', 'acme'], /--name/],
  [['create', '--tenant', 'Acme!', '--name', 'x'], /lower-case letters, digits and hyphens/],
  [['create', '--tenant', 'acme', '--name', ' '], /--name/],
  [['create', '--tenant', 'acme', '--name', 'x', '--role', 'root'], /viewer, submitter, operator, admin/],
  [['create', '--tenant', 'acme', '--name', 'x', '--expires', 'soon'], /--expires soon: must be 12h, 90d/],
  [['create', '--tenant', 'acme', '--name', 'x', '--expires', '2020-01-01'], /a future date/],
])('rejects %j', async (args, reason) => {
  const { code, stderr } = await keys(...args);
  expect([code, stderr]).toEqual([
    expect.toSatisfy((exit) => exit === 1 || exit === 2),
    expect.stringMatching(reason),
  ]);
});

test('warns if the server does not require keys', async () => {
  const { stderr } = await cli(['keys', 'create', '--tenant', 'acme', '--name', 'x'], {
    env: { ...env, DARKROOM_AUTH: '' },
  });
  expect(stderr).toContain('set DARKROOM_AUTH=keys');
});

test('webhook-secret prints the secret of a valid tenant', async () => {
  const { code, stderr } = await cli(['webhook-secret', '--tenant', 'no tenant'], { env });
  expect([code, stderr]).toEqual([2, expect.stringContaining('lower-case')]);
});

test('doctor reports the authentication methods', async () => {
  const finding = async (settings: Record<string, string>) => {
    const { stdout } = await cli(['doctor', '--json'], { env: { ...env, ...settings } });
    const { findings } = JSON.parse(stdout) as {
      findings: { check: string; state: string; found: string }[];
    };
    return findings
      .filter(({ check }) => check === 'authentication')
      .map(({ state, found }) => `${state}: ${found}`);
  };
  expect(await finding({ DARKROOM_AUTH: '' })).toEqual([
    'ok: none: everyone on this machine has the role admin',
  ]);
  expect(await finding({ DARKROOM_AUTH: '', DARKROOM_ALLOW_ANONYMOUS: '1' })).toEqual([
    'warning: none: everyone who reaches the server has the role submitter',
  ]);
  const oidc = { DARKROOM_OIDC_ISSUER: 'http://127.0.0.1:9', DARKROOM_OIDC_AUDIENCE: 'darkroom' };
  expect(await finding({ DARKROOM_AUTH: 'keys,oidc', ...oidc })).toEqual([
    expect.stringMatching(/^ok: keys: \d of 1 tenants/),
    expect.stringMatching(/^broken: oidc: cannot read the keys of http:\/\/127\.0\.0\.1:9/),
  ]);
});

test('clients authenticate with DARKROOM_TOKEN or the URL; the error without credentials says so', async () => {
  const key = (await keys('create', '--tenant', 'acme', '--name', 'cli')).stdout.trim();
  const server: Darkroom = await startStack({ env: { DARKROOM_AUTH: 'keys' }, dataDir: folder });
  try {
    const DARKROOM_URL = server.url;
    const refused = await cli(['list'], { env: { DARKROOM_URL } });
    expect(refused).toMatchObject({ code: 6, stdout: '' });
    expect(refused.stderr).toMatch(/Credentials are missing.*\n.*DARKROOM_TOKEN.*darkroom keys create/);
    const wrong = await cli(['list', '--json'], { env: { DARKROOM_URL, DARKROOM_TOKEN: `${key}x` } });
    expect(JSON.parse(wrong.stdout)).toMatchObject({ error: { code: 'unauthenticated', status: 401 } });
    expect(wrong.stdout + wrong.stderr).not.toContain(key);
    const submitted = await cli(['submit', '-o', 'system.echo', '--id', 'by-token', '--wait'], {
      env: { DARKROOM_URL, DARKROOM_TOKEN: key },
    });
    expect(submitted).toMatchObject({ code: 0, stdout: 'by-token\n' });
    const address = DARKROOM_URL.replace('://', `://any:${key}@`);
    expect(await cli(['status', 'by-token'], { env: { DARKROOM_URL: address } })).toMatchObject({ code: 0 });
    const away = await cli(['list'], { env: { DARKROOM_URL: address.replace(/:\d+$/, ':9') } });
    expect(away.code).toBe(7);
    expect(away.stderr).not.toContain(key);
    expect(server.output()).not.toContain(key);
  } finally {
    await server.stop();
  }
});
