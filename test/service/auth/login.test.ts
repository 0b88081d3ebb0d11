/** Who is let in, and how; the server listens beyond this machine. */
import { request as rawRequest } from 'node:http';
import { networkInterfaces } from 'node:os';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatKey } from '../../../src/auth/api-key.ts';
import { createClient } from '../../../src/client/client.ts';
import { cli } from '../../support/cli.ts';
import { curl } from '../../support/dialect-clients.ts';
import { freePort } from '../../support/ports.ts';
import { makeKey, startTenants, type Tenants } from '../../support/tenants.ts';

let tenants: Tenants;
let port: number;
let bare: (path: string, init?: RequestInit) => Promise<Response>;

beforeAll(async () => {
  port = await freePort();
  tenants = await startTenants({ DARKROOM_LISTEN: `0.0.0.0:${port}`, DARKROOM_LOG_LEVEL: 'info' });
  bare = (path, init) => fetch(new URL(path, tenants.server.url), init);
});
afterAll(() => tenants.server.dispose());

const echo = (headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify({ operation: 'system.echo' }),
});

describe('without a valid key', () => {
  test('every address is 401, whether or not it exists', async () => {
    for (const path of [
      '/v1/jobs',
      '/v1/jobs/x',
      '/v1/operations',
      '/metrics',
      '/openapi.json',
      '/docs/start.js',
      '/.well-known/api-catalog',
      '/api/v1/capabilities',
      '/api/config',
      '/output/x',
      '/jobs/x',
      '/status/x',
      '/nothing',
    ]) {
      const response = await bare(path);
      expect([path, response.status]).toEqual([path, 401]);
      expect(response.headers.get('www-authenticate')).toBe('Bearer realm="darkroom"');
    }
    const response = await bare('/v1/jobs', echo());
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({
      type: 'urn:darkroom:problem:unauthenticated',
      detail: expect.stringContaining('Authorization: Bearer'),
    });
  });

  test('health, the console and the counts of the contracts can be read', async () => {
    for (const path of ['/healthz', '/readyz', '/', '/api/v1/status', '/api/v1/health', '/api/health']) {
      expect([path, (await bare(path)).status]).toEqual([path, 200]);
      expect([path, (await bare(path, { method: 'POST' })).status]).toEqual([path, 401]);
    }
    expect((await bare('/console/../v1/jobs')).status).toBe(401);
    expect((await bare('/console/%2e%2e/v1/jobs')).status).toBe(401);
  });

  test.each([
    ['Bearer', /The credentials have an unknown format/],
    ['Bearer nonsense', /The credentials have an unknown format/],
    [`Bearer ${formatKey('0'.repeat(12), 'x'.repeat(43))}`, /The API key is unknown or was revoked/],
    ['Basic !!!', /The credentials have an unknown format/],
    [`Basic ${Buffer.from('user').toString('base64')}`, /The credentials have an unknown format/],
    ['Digest username="x"', /takes "Authorization: Bearer/],
    ['drk_', /takes "Authorization: Bearer/],
  ])('%s gets the reason', async (authorization, reason) => {
    const response = await bare('/v1/jobs', { headers: { authorization } });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="darkroom", error="invalid_token"');
    expect(await response.json()).toMatchObject({
      code: 'unauthenticated',
      detail: expect.stringMatching(reason),
    });
  });

  test('an upload is rejected while it is sent, and leaves nothing', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const upload = rawRequest(`${tenants.server.url}/v1/jobs`, {
        method: 'POST',
        headers: { 'content-type': 'multipart/form-data; boundary=b', 'content-length': 2 ** 30 },
      });
      upload.on('response', (response) => {
        resolve(response.statusCode);
        upload.destroy();
      });
      upload.on('error', reject);
      upload.write(Buffer.alloc(2 ** 16));
    });
    expect(status).toBe(401);
  });

  test('the log has the reason of each rejection, and no credentials', async () => {
    const look = async () => {
      await bare('/v1/jobs/looked-for', { headers: { authorization: 'Bearer open-sesame' } });
      return tenants.server.output();
    };
    // So many lines are written in some seconds, and the tests before may have used them up.
    await expect
      .poll(look, { interval: 500 })
      .toMatch(/"path":"\/v1\/jobs\/looked-for","reason":"The credentials have an unknown format/);
    expect(tenants.server.output()).toMatch(/"unwritten":\d+/);
    expect(tenants.server.output()).toMatch(/"address":"127\.0\.0\.1"/);
    for (const secret of ['open-sesame', tenants.acme.key])
      expect(tenants.server.output()).not.toContain(secret);
    await Promise.all(Array.from({ length: 100 }, () => bare('/v1/jobs/again-and-again')));
    expect(tenants.server.output().split('again-and-again').length).toBeLessThan(40);
  });
});

describe('with a key', () => {
  test('is accepted as bearer, as password in the URL, and as X-API-Key', async () => {
    const { key } = tenants.acme;
    const url = `${tenants.server.url}/v1/jobs`;
    for (const login of [
      ['-H', `Authorization: Bearer ${key}`],
      ['-H', `authorization: bearer  ${key}`],
      ['-u', `anybody:${key}`],
      ['-H', `X-API-Key: ${key}`],
    ])
      expect(JSON.parse(await curl(...login, url))).toMatchObject({ jobs: expect.any(Array) });
    expect(JSON.parse(await curl(url.replace('://', `://any:${key}@`)))).toMatchObject({ next_cursor: null });
  });

  test('is accepted from other machines, under any host name', async () => {
    const address = Object.values(networkInterfaces())
      .flat()
      .find((one) => one?.family === 'IPv4' && !one.internal)?.address;
    const url = `http://${address ?? '127.0.0.1'}:${port}/v1/jobs`;
    const answer = await curl('-u', `x:${tenants.acme.key}`, '-H', 'Host: jobs.example.com', url);
    expect(JSON.parse(answer)).toMatchObject({ jobs: expect.any(Array) });
  });

  test('is accepted from the typed client, as text or as a function', async () => {
    const { url } = tenants.server;
    const { key } = tenants.acme;
    for (const token of [key, () => key, async () => key]) {
      const client = createClient({ url, token });
      const { id } = await client.submit({ operation: 'test.echo', params: { delay_ms: 300 } });
      expect(await client.wait(id)).toMatchObject({ state: 'completed', tenant: 'acme' });
    }
    await expect(createClient({ url }).get('x')).rejects.toMatchObject({
      status: 401,
      code: 'unauthenticated',
    });
  });

  test('of a viewer, can read and change nothing', async () => {
    const { id } = await tenants.server.submit({ operation: 'system.echo' });
    await tenants.server.until(id, 'completed');
    const { request } = tenants.reader;
    for (const path of [
      '/v1/jobs',
      `/v1/jobs/${id}`,
      `/v1/jobs/${id}/result`,
      `/v1/jobs/${id}/events`,
      '/docs',
    ])
      expect([path, (await request(path)).status]).toEqual([path, 200]);
    for (const [method, path] of [
      ['POST', '/v1/jobs'],
      ['POST', `/v1/jobs/${id}/cancel`],
      ['POST', `/v1/jobs/${id}/rerun`],
      ['DELETE', `/v1/jobs/${id}`],
      ['POST', '/jobs'],
      ['POST', '/job-submission'],
      ['POST', '/api/v1/jobs'],
      ['POST', '/api/v1/task'],
      ['POST', '/api/reconstruct'],
    ] as const) {
      const response = await request(path, method === 'POST' ? echo() : { method });
      expect([path, response.status]).toEqual([path, 403]);
      expect(response.headers.get('www-authenticate')).toContain('error="insufficient_scope"');
    }
    expect((await tenants.server.request(`/v1/jobs/${id}`)).status).toBe(200);
  });

  test('the log has each change with the key', async () => {
    const { id } = await tenants.server.submit({ operation: 'system.echo' });
    await expect
      .poll(() => tenants.server.output())
      .toMatch(
        new RegExp(
          `"tenant":"acme","subject":"key \\w{12} \\(acme\\)","method":"POST".*"status":202,"location":"/v1/jobs/${id}"`,
        ),
      );
  });

  test('that is revoked ends its event streams and waits', async () => {
    const { dataDir, server } = tenants;
    const key = await makeKey(dataDir, { DARKROOM_AUTH: 'keys' }, '--tenant', 'acme', '--name', 'watcher');
    const headers = { authorization: `Bearer ${key}` };
    const spec = { operation: 'image.metadata', await_assets: { total: 1 } };
    const { id } = await server.submit(spec);
    const stream = await bare(`/v1/jobs/${id}/events`, { headers });
    expect(stream.status).toBe(200);
    const wait = bare('/v1/jobs', {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', prefer: 'wait=50' },
      body: JSON.stringify(spec),
    });
    await cli(['keys', 'revoke', key], { env: { DARKROOM_DATA: dataDir } });
    // Both would go on: the jobs wait for an asset that does not come.
    expect(await stream.text()).not.toContain('event: end');
    expect((await wait).status).toBe(202);
    expect((await bare(`/v1/jobs/${id}/events`, { headers })).status).toBe(401);
  });

  test('is rejected within seconds after it was revoked', async () => {
    const { dataDir, server } = tenants;
    const key = await makeKey(dataDir, { DARKROOM_AUTH: 'keys' }, '--tenant', 'acme', '--name', 'brief');
    const status = async () =>
      (await bare('/v1/jobs', { headers: { authorization: `Bearer ${key}` } })).status;
    expect(await status()).toBe(200);
    const { code } = await cli(['keys', 'revoke', key], { env: { DARKROOM_DATA: dataDir } });
    expect(code).toBe(0);
    await expect.poll(status, { interval: 500 }).toBe(401);
    expect(server.output()).not.toContain(key);
  });
});

test('OpenAPI describes the authentication', async () => {
  const document = (await (await tenants.server.request('/openapi.json')).json()) as {
    security: object[];
    components: { securitySchemes: object };
    paths: Record<string, Record<string, { security?: object[]; responses: object }>>;
  };
  expect((await new Validator().validate(structuredClone(document))).valid).toBe(true);
  expect(Object.keys(document.components.securitySchemes)).toEqual(['bearer', 'basic', 'apiKey']);
  expect(document.security).toHaveLength(3);
  expect(document.paths['/v1/jobs']?.['post']?.security).toEqual([
    { bearer: ['submitter'] },
    { basic: ['submitter'] },
    { apiKey: ['submitter'] },
  ]);
  expect(Object.keys(document.paths['/v1/jobs']?.['post']?.responses ?? {})).toContain('401');
  const { responses } = document.paths['/v1/jobs']?.['post'] ?? {};
  const problem = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
  expect(responses).toMatchObject({ 401: { content: problem }, 403: { content: problem } });
  const { paths } = (await (
    await tenants.server.request('/openapi/common-application.json')
  ).json()) as typeof document;
  expect(paths['/api/v1/status']?.['get']?.security).toEqual([]);
});
