/** Bad input: each with a precise answer, and nothing created. */
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { photo } from '../../support/photos.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';
import { startWeb, type Web } from '../../support/web.ts';

let darkroom: Darkroom;
let web: Web;
/** A job whose asset never comes. */
let silent: string;

beforeAll(async () => {
  const coffee = await photo('coffee.jpg');
  web = await startWeb({
    '/coffee.jpg': coffee,
    '/page.jpg': Buffer.from('<!doctype html><title>Please log in</title>'),
    '/empty.jpg': Buffer.alloc(0),
    '/cut.jpg': coffee.subarray(0, 20_000),
    '/big.jpg': Buffer.alloc(3 * 2 ** 20),
    '/big-chunked.jpg': (_, response) => void response.writeHead(200).end(Buffer.alloc(3 * 2 ** 20)),
    '/silent.jpg': () => undefined,
    '/secret.jpg': (_, response) => void response.writeHead(403).end(),
    '/away.jpg': (_, response) =>
      void response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end(),
  });
  darkroom = await startStack({
    env: { DARKROOM_MAX_ASSET_BYTES: '2M', DARKROOM_ASSET_TIMEOUT_MS: '2000', DARKROOM_MAX_BODY_BYTES: '1M' },
  });
  // It is asked several times, and the other tests need not wait for that.
  const assets = [{ source: { url: `${web.url}/silent.jpg` } }];
  silent = (await darkroom.submit({ operation: 'image.transform', assets })).id;
});

afterAll(async () => {
  await darkroom.dispose();
  await web.close();
});

interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  errors?: { pointer: string; detail: string }[];
}

async function post(body: unknown, headers: Record<string, string> = { 'content-type': 'application/json' }) {
  const response = await darkroom.request('/v1/jobs', {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const problem = (await response.json()) as Problem;
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(problem).toMatchObject({ status: response.status, type: `urn:darkroom:problem:${problem.code}` });
  return problem;
}

describe('requests', () => {
  const asset = { source: { url: 'https://images.example.com/a.jpg' } };
  const transform = { operation: 'image.transform', assets: [asset] };

  test.each<[string, unknown, string[]]>([
    ['no operation', {}, ['/operation']],
    ['an unknown operation', { operation: 'image.paint' }, ['/operation']],
    ['an unknown field', { operation: 'system.echo', opration: 1 }, ['/opration']],
    ['a bad parameter', { ...transform, params: { width: 'wide' } }, ['/params/width']],
    ['an unknown parameter', { ...transform, params: { widht: 100 } }, ['/params/widht']],
    [
      'several at once',
      { ...transform, params: { width: -1, quality: 101 } },
      ['/params/quality', '/params/width'],
    ],
    ['no assets for an operation that needs them', { operation: 'image.transform' }, ['/assets']],
    ['assets for one that takes none', { operation: 'system.echo', assets: [asset] }, ['/assets']],
    ['an asset without a source', { ...transform, assets: [{ source: {} }] }, ['/assets/0/source']],
    [
      'an asset with two',
      { ...transform, assets: [{ source: { url: 'http://a.example', path: 'b' } }] },
      ['/assets/0/source'],
    ],
    [
      'a scheme that is not http',
      { ...transform, assets: [{ source: { url: 'file:///etc/passwd' } }] },
      ['/assets/0/source/url'],
    ],
    [
      'a private address',
      { ...transform, assets: [asset, { source: { url: 'http://10.0.0.1/a.jpg' } }] },
      ['/assets/1/source/url'],
    ],
    [
      'a callback to a private address',
      { ...transform, callback: { url: 'http://[::1]/' } },
      ['/callback/url'],
    ],
    [
      'a bad checksum',
      { ...transform, assets: [{ ...asset, checksum: 'sha256:abc123' }] },
      ['/assets/0/checksum'],
    ],
    ['a bad id', { operation: 'system.echo', id: '../etc' }, ['/id']],
    [
      'a name with a slash',
      { ...transform, assets: [{ ...asset, name: '../../a.jpg' }] },
      ['/assets/0/name'],
    ],
    [
      'parameters that are data',
      { operation: 'system.echo', params: { x: 'x'.repeat(70_000) } },
      ['/params'],
    ],
    ['no object', [], ['']],
  ])('%s is named', async (_, body, pointers) => {
    const problem = await post(body);
    expect(problem).toMatchObject({ status: 422, code: 'invalid_request' });
    expect(problem.errors?.map(({ pointer }) => pointer).sort()).toEqual(pointers);
  });

  test('an invalid `since` is rejected with the valid forms, and a date is accepted', async () => {
    const list = async (since: string) => darkroom.request(`/v1/jobs?since=${encodeURIComponent(since)}`);
    expect(await (await list('yesterday')).json()).toMatchObject({
      status: 422,
      errors: [
        { pointer: '/since', detail: expect.stringContaining('such as 2026-11-21T09:30:00Z, or a date') },
      ],
    });
    for (const since of ['2026-11-21', '2026-11-21T09:30:00Z', '2026-11-21T09:30:00+01:00'])
      expect((await list(since)).status).toBe(200);
  });

  test('malformed JSON is 400, another content type 415, too much 413', async () => {
    expect(await post('{"operation":')).toMatchObject({ status: 400, code: 'malformed_json' });
    expect(await post('operation=x', { 'content-type': 'text/plain' })).toMatchObject({ status: 415 });
    expect(await post({ operation: 'system.echo', params: { x: 'x'.repeat(2 ** 20) } })).toMatchObject({
      status: 413,
      detail: expect.stringContaining('DARKROOM_MAX_BODY_BYTES'),
    });
  });

  test('JSON with too many levels is 400', async () => {
    const nested = (levels: number) => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    for (const levels of [150, 100_000]) {
      const problem = await post(`{"operation":"system.echo","params":${nested(levels)}}`);
      expect(problem).toMatchObject({ status: 400, code: 'malformed_json' });
    }
    const attributes = `{"operation":"image.transform","assets":[{"source":{"url":"http://a.example"},"attributes":${nested(5000)}}]}`;
    expect(await post(attributes)).toMatchObject({ status: 400, code: 'malformed_json' });
  });

  test.each(['a\nb', '日本'])(
    'a callback token that is no valid header value is rejected: %j',
    async (token) => {
      const callback = { url: 'https://hooks.example.com', token };
      expect(await post({ operation: 'system.echo', callback })).toMatchObject({
        status: 422,
        errors: [{ pointer: '/callback/token' }],
      });
    },
  );

  test.each([
    ['cancel', '{"why":"x"}', 422, '/why'],
    ['cancel', '{"reason":""}', 422, '/reason'],
    ['cancel', 'not json', 400, undefined],
    ['pause', '{"reason":"x"}', 422, '/reason'],
    ['rerun', '{"from":"nope"}', 422, '/from'],
  ])('rejects a body of %s: %s', async (action, body, status, pointer) => {
    const id = `heeds-${action}`;
    await darkroom.submit({ id, operation: 'test.echo', params: { delay_ms: 600_000 } });
    const headers = { 'content-type': 'application/json' };
    const path = `/v1/jobs/${id}/${action}`;
    const response = await darkroom.request(path, { method: 'POST', headers, body });
    expect(response.status).toBe(status);
    const { errors } = (await response.json()) as Problem;
    expect(errors?.map((error) => error.pointer)).toEqual(pointer && [pointer]);
    expect((await darkroom.get(id)).state).not.toBe('cancelled');
  });

  test('a cancellation may have a reason', async () => {
    const { id } = await darkroom.submit({ operation: 'test.echo', params: { delay_ms: 600_000 } });
    await darkroom.until(id, 'processing');
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ reason: 'The customer went home' });
    await darkroom.request(`/v1/jobs/${id}/cancel`, { method: 'POST', headers, body });
    const job = await darkroom.until(id, 'cancelled');
    expect(job.error?.message).toContain('The customer went home');
  });

  test('unknown ids, routes and methods are 404 or 405', async () => {
    const answer = async (path: string, method = 'GET') => {
      const response = await darkroom.request(path, { method });
      const problem = (await response.json()) as Problem;
      expect(problem.status).toBe(response.status);
      return { ...problem, allow: response.headers.get('allow') };
    };
    expect(await answer('/v1/jobs/nobody')).toMatchObject({ status: 404, code: 'job_not_found' });
    expect(await answer('/v1/jobs/nobody/result')).toMatchObject({ status: 404, code: 'job_not_found' });
    expect(await answer('/v1/jobs/nobody/cancel', 'POST')).toMatchObject({
      status: 404,
      code: 'job_not_found',
    });
    expect(await answer('/v1/jobs/nobody', 'DELETE')).toMatchObject({ status: 404, code: 'job_not_found' });
    expect(await answer('/v1/nothing')).toMatchObject({ status: 404, code: 'route_not_found' });
    expect(await answer('/v1/jobs', 'DELETE')).toMatchObject({ status: 405, allow: 'GET, HEAD, POST' });
    expect(await answer('/v1/operations/none')).toMatchObject({ status: 404, code: 'operation_not_found' });
    expect(await answer('/v1/jobs?state=sleeping')).toMatchObject({
      status: 422,
      errors: [{ pointer: '/state' }],
    });
    expect(await answer('/v1/jobs?limit=1000')).toMatchObject({
      status: 422,
      errors: [{ pointer: '/limit' }],
    });
    expect(await answer('/v1/jobs?cursor=t.abcd')).toMatchObject({
      status: 422,
      errors: [{ pointer: '/cursor' }],
    });
  });

  test.each([
    ['was pointed at this machine', { host: 'evil.example' }, 421],
    ['posts across origins', { origin: 'https://evil.example' }, 403],
    ['hides where it is from', { origin: 'null' }, 403],
    ['is ours', { origin: 'http://localhost:3000' }, 404],
  ])('a web page that %s is rejected, except the console', async (_, headers, expected) => {
    const status = await new Promise((resolve) => {
      request(`${darkroom.url}/v1/jobs/nobody/cancel`, { method: 'POST', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end();
    });
    expect(status).toBe(expected);
  });
});

describe('assets', () => {
  const run = async (assets: unknown[], params: Record<string, unknown> = {}) => {
    const { id } = await darkroom.submit({ operation: 'image.transform', params, assets: assets as never });
    return darkroom.until(id, 'completed', 'failed');
  };
  const from = (name: string) => ({ source: { url: `${web.url}/${name}` } });

  test.each<[string, string]>([
    ['gone.jpg', 'asset_not_found'],
    ['page.jpg', 'asset_not_an_image'],
    ['empty.jpg', 'asset_empty'],
    ['cut.jpg', 'asset_corrupt'],
    ['big.jpg', 'asset_too_large'],
    ['big-chunked.jpg', 'asset_too_large'],
    ['secret.jpg', 'asset_refused'],
    ['away.jpg', 'asset_address_forbidden'],
  ])('%s fails the job as %s, and names the asset', async (name, code) => {
    const job = await run([from('coffee.jpg'), from(name)]);
    expect(job).toMatchObject({ state: 'failed', error: { code, details: { index: 1, asset: name } } });
    expect(job.error?.message).toContain(name);
    expect(job.error?.message).not.toContain(darkroom.dataDir);
  });

  test('fail if their server does not answer in time', async () => {
    expect(await darkroom.until(silent, 'failed')).toMatchObject({
      state: 'failed',
      error: { code: 'asset_timeout', retryable: true },
    });
  });

  test('fail with a wrong checksum', async () => {
    const job = await run([{ ...from('coffee.jpg'), checksum: `sha256:${'0'.repeat(64)}` }]);
    expect(job).toMatchObject({ state: 'failed', error: { code: 'asset_checksum_mismatch' } });
  });

  test('outside the input directory are rejected: by .., absolute paths, or links', async () => {
    const inputs = join(darkroom.dataDir, 'inputs');
    await mkdir(join(inputs, 'album'), { recursive: true });
    await symlink('/etc/passwd', join(inputs, 'link.jpg'));
    await writeFile(join(darkroom.dataDir, 'outside.jpg'), 'x');
    for (const path of ['../outside.jpg', '/etc/passwd', 'link.jpg']) {
      expect(await run([{ source: { path } }])).toMatchObject({
        state: 'failed',
        error: { code: 'asset_path_forbidden' },
      });
    }
    expect(await run([{ source: { path: 'none.jpg' } }])).toMatchObject({
      error: { code: 'asset_not_found' },
    });
    expect(await run([{ source: { path: 'album' } }])).toMatchObject({ error: { code: 'asset_not_found' } });
  });

  test('that fail are skipped and reported with on_error: skip', async () => {
    const job = await run(['page.jpg', 'coffee.jpg', 'gone.jpg', 'cut.jpg'].map(from), {
      on_error: 'skip',
      width: 50,
    });
    expect(job).toMatchObject({
      state: 'completed',
      assets: { total: 4, downloaded: 3, failed: 3 },
      result: { files: 1 },
    });
    const result = (await (await darkroom.request(job.links['result'] ?? '')).json()) as {
      assets: unknown[];
    };
    expect(result.assets).toMatchObject([
      { status: 'failed', error: { code: 'asset_not_an_image' } },
      { status: 'ok', error: null },
      { status: 'failed', error: { code: 'asset_not_found' } },
      { status: 'failed', error: { code: 'asset_corrupt' } },
    ]);
  });

  test('fail the job with on_error: skip if all fail', async () => {
    const job = await run(['page.jpg', 'gone.jpg'].map(from), { on_error: 'skip' });
    expect(job).toMatchObject({ state: 'failed', error: { code: 'all_assets_failed' } });
  });
});
