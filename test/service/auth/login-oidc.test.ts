/** A server that takes keys and tokens of an identity provider, which may be away. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AUDIENCE, type IdentityProvider, startIdentityProvider } from '../../support/identity-provider.ts';
import { photo } from '../../support/photos.ts';
import { tasksOf } from '../../support/tasks.ts';
import { startTenants, type Tenants } from '../../support/tenants.ts';
import { startWeb, type Web } from '../../support/web.ts';

let provider: IdentityProvider;
let tenants: Tenants;
let web: Web;
/** Requests with a token. */
let as: (token: string) => Tenants['server']['request'];

beforeAll(async () => {
  provider = await startIdentityProvider({ isUp: false });
  web = await startWeb({ '/chelsea.jpg': await photo('chelsea.jpg') });
  tenants = await startTenants({
    DARKROOM_AUTH: 'keys,oidc',
    DARKROOM_OIDC_ISSUER: provider.issuer,
    DARKROOM_OIDC_AUDIENCE: AUDIENCE,
    DARKROOM_OIDC_WRITE_SCOPE: 'jobs:write',
    DARKROOM_LOG_LEVEL: 'info',
  });
  as = (token) => (path, init) => {
    const headers = new Headers(init?.headers);
    headers.set('authorization', `Bearer ${token}`);
    return tenants.server.request(path, { ...init, headers });
  };
});
afterAll(async () => {
  await tenants.server.dispose();
  await web.close();
  await provider.stop();
});

test('without the provider, the server starts, tokens are an outage, and keys are valid', async () => {
  const request = as(await provider.sign(provider.claims()));
  const response = await request('/v1/jobs');
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
  expect(await response.json()).toMatchObject({ code: 'issuer_unavailable', retryable: true });
  expect((await tenants.acme.request('/v1/jobs')).status).toBe(200);
  expect(tenants.server.output()).toMatch(/keys of the identity provider .* cannot be fetched.*ECONNREFUSED/);
  await provider.start();
  await expect.poll(async () => (await request('/v1/jobs')).status, { interval: 500 }).toBe(200);
});

test('a backend uses the common application API as in its contract', async () => {
  const tasks = tasksOf({ request: as(await provider.token('acme', 'jobs:write')) });
  const { task_id: id } = await tasks.create({ operation: 'system.echo', params: { a: 1 }, assets_total: 0 });
  expect(await tasks.until(id, 'COMPLETED')).toMatchObject({ result_type: 'JSON' });
  const other = tasksOf({ request: as(await provider.token('beta', 'jobs:write')) });
  expect(await other.look(id)).toMatchObject({ status: 404, body: { success: false } });
  const response = await fetch(new URL(`/api/v1/task?id=${id}`, tenants.server.url));
  expect([response.status, await response.json()]).toEqual([
    401,
    { success: false, message: expect.stringContaining(provider.issuer), data: null },
  ]);
  const status = await fetch(new URL('/api/v1/status', tenants.server.url));
  expect(await status.text()).toMatch(/^pending_tasks_total \d+$/m);
});

test('the address of a website needs no login', async () => {
  const tasks = tasksOf({ request: as(await provider.token('acme', 'jobs:write')) });
  const { task_id: id } = await tasks.create({ operation: 'image.gallery', params: { title: 'Survey' } });
  const data = [{ file_name: 'DCIM/chelsea.jpg', download_url: `${web.url}/chelsea.jpg` }];
  expect(await tasks.give(id, data, true)).toMatchObject({ status: 200 });
  expect(await tasks.until(id, 'COMPLETED')).toMatchObject({ result_type: 'WEBSITE' });
  const address = ((await (await tasks.result(id)).json()) as { data: string }).data;
  const page = await fetch(address);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html']);
  expect(page.headers.get('referrer-policy')).toBe('no-referrer');
  const [, picture = ''] = /src="([^"]+\.webp)"/.exec(await page.text()) ?? [];
  const image = await fetch(new URL(picture, address));
  expect([image.status, image.headers.get('content-type')]).toEqual([200, 'image/webp']);
  // The same address later, and from a server that has started again.
  expect(((await (await tasks.result(id)).json()) as { data: string }).data).toBe(address);
  const path = new URL(address).pathname;
  const guesses = [
    path.replace(/[^/]+(?=\/index)/, (secret) =>
      secret.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')),
    ),
    path.replace(/[^/]+(?=\/index)/, ''),
    path.replace('/acme/', '/beta/'),
    path.replace(id, '0f8fad5b-d9cb-469f-a165-708677289501'),
    `/v1/jobs/${id}/files/index.html`,
  ];
  for (const guess of guesses) {
    const { status } = await fetch(new URL(guess, tenants.server.url));
    expect([guess, [401, 404].includes(status)]).toEqual([guess, true]);
  }
  const missing = await fetch(new URL('none.html', address));
  expect([missing.status, await missing.json()]).toEqual([404, expect.objectContaining({ success: false })]);
  await tasks.send('DELETE', `/api/v1/task?id=${id}`);
  expect((await fetch(address)).status).toBe(404);
});

test('a key and a token of one tenant see the same jobs, and the log distinguishes them', async () => {
  const request = as(await provider.token('acme', 'jobs:write'));
  const created = await request('/v1/jobs', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id: 'by-token', operation: 'system.echo' }),
  });
  expect([created.status, await created.json()]).toEqual([202, expect.objectContaining({ tenant: 'acme' })]);
  expect((await tenants.acme.request('/v1/jobs/by-token')).status).toBe(200);
  expect((await tenants.beta.request('/v1/jobs/by-token')).status).toBe(404);
  expect(tenants.server.output()).toMatch(/"tenant":"acme","subject":"acme".*by-token/);
});

test('a token without the write scope may read, and one without a tenant is rejected with the missing claim', async () => {
  const reader = as(await provider.token('acme'));
  expect((await reader('/v1/jobs')).status).toBe(200);
  expect((await reader('/v1/jobs/by-token', { method: 'DELETE' })).status).toBe(403);
  const nobody = await as(await provider.token('nobody'))('/v1/jobs');
  expect([nobody.status, await nobody.json()]).toEqual([
    403,
    expect.objectContaining({ code: 'forbidden', detail: expect.stringContaining('no claim "tenant"') }),
  ]);
});

test('an invalid token is rejected with the reason', async () => {
  const expired = provider.claims({ exp: Math.floor(Date.now() / 1000) - 60 });
  const response = await as(await provider.sign(expired))('/v1/jobs');
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"');
  expect(await response.json()).toMatchObject({ detail: expect.stringContaining('expired') });
});
