/** Sessions of browsers: a cookie in place of a key. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cli } from '../../support/cli.ts';
import { makeKey, startTenants, type Tenants } from '../../support/tenants.ts';

let tenants: Tenants;
beforeAll(async () => {
  tenants = await startTenants();
});
afterAll(() => tenants.server.dispose());

/** Requests of a browser: with cookies, without a key. */
const visit = (path: string, { headers = {}, ...init }: RequestInit = {}) =>
  fetch(`${tenants.server.url}${path}`, { ...init, headers });

async function logIn(key: string): Promise<{ cookie: string; attributes: string[] }> {
  const response = await visit('/v1/session', {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
  });
  expect(response.status).toBe(200);
  const [cookie = '', ...attributes] = (response.headers.get('set-cookie') ?? '').split('; ');
  return { cookie, attributes };
}

test('the cookie stands for the key, which it does not show', async () => {
  const { cookie, attributes } = await logIn(tenants.acme.key);
  expect(attributes).toEqual(
    expect.arrayContaining(['HttpOnly', 'SameSite=Strict', 'Path=/', 'Max-Age=2592000']),
  );
  const secret = tenants.acme.key.split('_')[2] ?? '';
  expect(decodeURIComponent(cookie)).not.toContain(secret);
  expect(Buffer.from(cookie.split('=')[1] ?? '', 'base64url').toString('latin1')).not.toContain(secret);

  const caller = await visit('/v1/session', { headers: { cookie } });
  expect(await caller.json()).toMatchObject({ tenant: 'acme', role: 'submitter', requires_login: true });
  const made = await visit('/v1/jobs', {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
    body: '{"operation":"system.echo"}',
  });
  expect(made.status).toBe(202);
});

test('a role that only reads is told what it may do', async () => {
  const { cookie } = await logIn(tenants.reader.key);
  const caller = (await (await visit('/v1/session', { headers: { cookie } })).json()) as {
    actions: string[];
  };
  expect(caller.actions).toContain('jobs.read');
  expect(caller.actions).not.toContain('jobs.submit');
  expect((await visit('/v1/jobs/none', { method: 'DELETE', headers: { cookie } })).status).toBe(403);
});

test('pages of other sites cannot change anything with it', async () => {
  const { cookie } = await logIn(tenants.acme.key);
  const sites: Record<string, string>[] = [
    { origin: 'https://attacker.example' },
    { 'sec-fetch-site': 'cross-site' },
  ];
  for (const headers of sites) {
    const response = await visit('/v1/jobs', {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/json', ...headers },
      body: '{"operation":"system.echo"}',
    });
    expect(await response.json()).toMatchObject({ status: 403, code: 'origin_forbidden' });
  }
});

test.each([
  ['changed', (cookie: string) => `${cookie.slice(0, -2)}AA`],
  ['cut off', (cookie: string) => cookie.slice(0, 30)],
  ['empty', () => 'darkroom_session='],
  ['the key itself', () => `darkroom_session=${tenants.acme.key}`],
])('a cookie that is %s is no login', async (_, change) => {
  const { cookie } = await logIn(tenants.acme.key);
  const response = await visit('/v1/jobs', { headers: { cookie: change(cookie) } });
  expect(await response.json()).toMatchObject({ status: 401, code: 'unauthenticated' });
});

test('ends with the key, and when the browser logs out', async () => {
  const settings = { DARKROOM_AUTH: 'keys' };
  const key = await makeKey(tenants.dataDir, settings, '--tenant', 'acme', '--name', 'short');
  const { cookie } = await logIn(key);
  const out = await visit('/v1/session', { method: 'DELETE', headers: { cookie } });
  expect(out.status).toBe(204);
  expect(out.headers.get('set-cookie')).toMatch(/^darkroom_session=; Max-Age=0/);
  const env = { DARKROOM_DATA: tenants.dataDir, ...settings };
  expect((await cli(['keys', 'revoke', key.split('_')[1] ?? ''], { env })).code).toBe(0);
  await expect.poll(async () => (await visit('/v1/session', { headers: { cookie } })).status).toBe(401);
});

test('a key in a header precedes the cookie', async () => {
  const { cookie } = await logIn(tenants.acme.key);
  const caller = await visit('/v1/session', {
    headers: { cookie, authorization: `Bearer ${tenants.beta.key}` },
  });
  expect(await caller.json()).toMatchObject({ tenant: 'beta' });
});
