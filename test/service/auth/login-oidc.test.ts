/** A server that takes keys and tokens of an identity provider, which may be away. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AUDIENCE, type IdentityProvider, startIdentityProvider } from '../../support/identity-provider.ts';
import { tasksOf } from '../../support/tasks.ts';
import { startTenants, type Tenants } from '../../support/tenants.ts';

let provider: IdentityProvider;
let tenants: Tenants;
/** Requests with a token. */
let as: (token: string) => Tenants['server']['request'];

beforeAll(async () => {
  provider = await startIdentityProvider({ isUp: false });
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
  await provider.stop();
});

test('the server is up without the provider; tokens are not refused meanwhile, and keys are good', async () => {
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

test('a backend works through the common application API, as its contract has it', async () => {
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

test('a key and a token of one tenant see the same jobs, and the log tells them apart', async () => {
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

test('a token without the scope to write may look, and one without a tenant is told what is missing', async () => {
  const reader = as(await provider.token('acme'));
  expect((await reader('/v1/jobs')).status).toBe(200);
  expect((await reader('/v1/jobs/by-token', { method: 'DELETE' })).status).toBe(403);
  const nobody = await as(await provider.token('nobody'))('/v1/jobs');
  expect([nobody.status, await nobody.json()]).toEqual([
    403,
    expect.objectContaining({ code: 'forbidden', detail: expect.stringContaining('no claim "tenant"') }),
  ]);
});

test('a token that is no good is refused, and says why', async () => {
  const expired = provider.claims({ exp: Math.floor(Date.now() / 1000) - 60 });
  const response = await as(await provider.sign(expired))('/v1/jobs');
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"');
  expect(await response.json()).toMatchObject({ detail: expect.stringContaining('expired') });
});
