/** Tenants at their limits of jobs and requests: every API rejects them in its own format, and other tenants go on. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { guestkitDocument } from '../../support/guestkit-document.ts';
import { photo } from '../../support/photos.ts';
import { makeKey, startTenants, type Tenant, type Tenants } from '../../support/tenants.ts';

let tenants: Tenants;
let gamma: (path: string) => Promise<Response>;
let admin: string;
beforeAll(async () => {
  const env = {
    DARKROOM_TENANT_JOBS: '2,beta=1000',
    DARKROOM_QUEUE_UNAVAILABLE: '1',
    DARKROOM_REQUEST_LIMITS: 'tenant:gamma=1/h',
  };
  tenants = await startTenants(env);
  const key = await makeKey(tenants.dataDir, env, '--tenant', 'gamma', '--name', 'gamma');
  admin = await makeKey(tenants.dataDir, env, '--tenant', 'beta', '--name', 'admin', '--role', 'admin');
  gamma = (path) => fetch(tenants.server.url + path, { headers: { authorization: `Bearer ${key}` } });
  for (const name of ['1.jpg', '2.jpg', '3.jpg'])
    await writeFile(join(tenants.dataDir, 'inputs', 'acme', name), await photo('chelsea.jpg'));
});
afterAll(() => tenants.server.dispose());

const post = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const slow = { operation: 'test.echo', params: { delay_ms: 600_000 } };
const quick = { operation: 'system.echo', params: { message: 'hello' } };

const submit = async ({ request }: Tenant, spec: object): Promise<number> =>
  (await request('/v1/jobs', post(spec))).status;

const form = async (field: string, more: Record<string, string> = {}): Promise<RequestInit> => {
  const body = new FormData();
  for (const [name, text] of Object.entries(more)) body.append(name, text);
  body.append(field, new Blob([new Uint8Array(await photo('chelsea.jpg'))]), 'cat.jpg');
  return { method: 'POST', body };
};

describe('a tenant at its limit of jobs', () => {
  test('can submit jobs up to the limit', async () => {
    expect(await submit(tenants.acme, { id: 'ended', ...quick })).toBe(202);
    await tenants.server.until('ended', 'completed');
    // That it has ended is counted a moment later.
    for (const id of ['one', 'two']) await expect.poll(() => submit(tenants.acme, { id, ...slow })).toBe(202);
  });

  const refused: Record<string, () => Promise<readonly [path: string, init: RequestInit, shape: object]>> = {
    'a submission': async () => [
      '/v1/jobs',
      post(quick),
      {
        code: 'too_many_jobs',
        status: 429,
        retryable: true,
        details: { limit: 'tenant-jobs', max: 2, setting: 'DARKROOM_TENANT_JOBS' },
      },
    ],
    'a submission with its files': async () => [
      '/v1/jobs',
      await form('file', { job: JSON.stringify({ operation: 'image.metadata' }) }),
      { code: 'too_many_jobs' },
    ],
    'a rerun': async () => ['/v1/jobs/ended/rerun', { method: 'POST' }, { code: 'too_many_jobs' }],
    'image-web': async () => [
      '/jobs',
      await form('image'),
      { code: 'too_many_jobs', message: expect.any(String) },
    ],
    'common-application': async () => [
      '/api/v1/task',
      post({ operation: 'system.echo', assets_total: 0 }),
      { success: false, message: expect.stringContaining('may have 2 jobs'), data: null },
    ],
    guestkit: async () => [
      '/api/v1/jobs',
      post(guestkitDocument('guest-1')),
      { error: 'TOO_MANY_REQUESTS', message: expect.stringContaining('may have 2 jobs') },
    ],
    e2e3d: async () => [
      '/api/reconstruct',
      post({ image_set_path: '.', job_id: 'model-1', quality: 'low' }),
      { error: 'too_many_jobs', message: expect.stringContaining('may have 2 jobs') },
    ],
    primaa: async () => [
      '/job-submission',
      post({
        image_url: 'https://example.com/slide.jpg',
        callback_url: 'https://example.com/hook',
        callback_token: 'token',
        algorithm_name: 'image.metadata',
      }),
      // Not "Failed": it may be sent again.
      { code: 429, status: null, error: expect.stringContaining('may have 2 jobs') },
    ],
  };

  test.each(Object.entries(refused))('is rejected with 429: %s', async (_, make) => {
    const [path, init, shape] = await make();
    const response = await tenants.acme.request(path, init);
    expect([response.status, await response.json()]).toEqual([429, expect.objectContaining(shape)]);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test('can repeat the requests of its jobs and read them', async () => {
    expect(await submit(tenants.acme, { id: 'one', ...slow })).toBe(202);
    expect(await submit(tenants.acme, { id: 'ended', ...quick })).toBe(202);
    expect((await tenants.acme.request('/v1/jobs/ended/result')).status).toBe(200);
  });

  test('does not affect other tenants', async () => {
    for (let i = 0; i < 5; i++) expect(await submit(tenants.beta, quick)).toBe(202);
  });

  test('can submit again once one of them has ended', async () => {
    await tenants.acme.request('/v1/jobs/one/cancel', { method: 'POST' });
    await expect.poll(() => submit(tenants.acme, quick)).toBe(202);
    // The rerun was refused before anything of the job was touched.
    expect(await tenants.server.get('ended')).toMatchObject({ state: 'completed', run: 1 });
  });
});

describe('a tenant at its limit of requests', () => {
  test.each<readonly [path: string, shape: object]>([
    ['/v1/jobs', { code: 'rate_limited', status: 429, retryable: true, details: expect.any(Object) }],
    ['/jobs/x', { code: 'rate_limited', message: expect.any(String) }],
    ['/api/v1/result/x', { success: false, message: expect.any(String), data: null }],
    ['/api/v1/jobs', { error: 'TOO_MANY_REQUESTS', message: expect.any(String) }],
    ['/api/config', { error: 'rate_limited', message: expect.any(String) }],
    ['/status/x', { code: 429, status: null, error: expect.any(String) }],
  ])('is rejected with 429 in the format of its API: %s', async (path, shape) => {
    await gamma('/v1/jobs');
    const response = await gamma(path);
    const text = await response.text();
    expect([response.status, JSON.parse(text)]).toEqual([429, expect.objectContaining(shape)]);
    expect(text).toMatch(/gamma\W+ may send 1 requests in 3600 seconds \(DARKROOM_REQUEST_LIMITS\)/);
    const seconds = Number(response.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(3000);
    expect(response.headers.get('ratelimit')).toMatch(/"tenant-requests";r=0;t=3\d{3}/);
    expect(response.headers.get('ratelimit-policy')).toContain('"tenant-requests";q=1;w=3600');
  });

  test('is counted, and does not affect other tenants', async () => {
    const headers = { authorization: `Bearer ${admin}` };
    const metrics = await (await fetch(`${tenants.server.url}/metrics`, { headers })).text();
    expect(metrics).toMatch(/^darkroom_requests_limited_total\{limit="tenant-requests"\} [1-9]/m);
    expect((await tenants.beta.request('/v1/jobs')).status).toBe(200);
  });
});
