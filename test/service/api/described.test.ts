/** The server answers as its OpenAPI document says: every operation, in its own API and those of elsewhere. */
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Described, describedBy } from '../../support/described.ts';
import { photo } from '../../support/photos.ts';
import { startS3Server } from '../../support/s3-server.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';
import { startWeb, type Web } from '../../support/web.ts';

let darkroom: Darkroom;
let web: Web;
let described: Described;
/** Operations that were seen to succeed. */
const succeeded = new Set<string>();

beforeAll(async () => {
  web = await startWeb({ '/coffee.jpg': await photo('coffee.jpg') });
  darkroom = await startStack({
    env: { DARKROOM_MAX_BODY_BYTES: '64K', DARKROOM_QUEUE_UNAVAILABLE: '1' },
  });
  described = await describedBy(darkroom);
});
afterAll(async () => {
  await darkroom.dispose();
  await web.close();
});

type Init = RequestInit & { readonly query?: string };

/** Asks, and holds the answer against the document; `places` are filled in for what stands in braces. */
async function ask(operation: string, places: Record<string, string> = {}, init: Init = {}) {
  const [method = '', template = ''] = operation.split(' ');
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => places[name] ?? 'none');
  const response = await darkroom.request(path + (init.query ?? ''), { ...init, method });
  const { status, headers } = response;
  const copy = response.clone();
  expect({ operation, faults: await described.faultsOf(operation, response) }).toEqual({
    operation,
    faults: [],
  });
  if (status < 300) succeeded.add(operation);
  const type = headers.get('content-type') ?? '';
  const body: unknown = /[/+]json\b/.test(type) && status !== 206 ? await copy.json() : null;
  return { status, headers, body: body as Record<string, unknown> | null };
}

const json = (body: unknown, headers = {}): RequestInit => ({
  headers: { 'content-type': 'application/json', ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

async function form(fields: Record<string, string>, part = 'file'): Promise<RequestInit> {
  const body = new FormData();
  for (const [name, text] of Object.entries(fields)) body.append(name, text);
  body.append(part, new Blob([new Uint8Array(await photo('coffee.jpg'))]), 'coffee.jpg');
  return { body };
}

/** Asks with what is wrong in the same way everywhere. */
async function refusals(operation: string, places: Record<string, string> = {}) {
  const bodies: [status: number, init: RequestInit][] = [
    [400, json('{"a":')],
    [413, json({ reason: 'x'.repeat(70_000) })],
    [415, { headers: { 'content-type': 'application/xml' }, body: '<a/>' }],
  ];
  for (const [status, init] of bodies)
    expect([operation, (await ask(operation, places, init)).status]).toEqual([operation, status]);
}

/** Asks for a file whole, unchanged, in part, and for a part that it has not. */
async function filed(operation: string, places: Record<string, string>, query = '') {
  const { status, headers } = await ask(operation, places, { query });
  expect(status).toBe(200);
  const statusWith = async (more: Record<string, string>) =>
    (await ask(operation, places, { query, headers: more })).status;
  expect(await statusWith({ 'if-none-match': headers.get('etag') ?? '' })).toBe(304);
  expect(await statusWith({ range: 'bytes=0-9' })).toBe(206);
  expect(await statusWith({ range: 'bytes=99999999-' })).toBe(416);
}

describe('responses of the native API are as described', () => {
  test('a job with files', async () => {
    const spec = { id: 'files', operation: 'image.transform', params: { width: 50 }, labels: { a: 'b' } };
    const submitted = await ask('POST /v1/jobs', {}, await form({ job: JSON.stringify(spec) }));
    expect(submitted.status).toBe(202);
    const at = { id: 'files' };
    await ask('GET /v1/jobs/{id}', at);
    await darkroom.until('files', 'completed');
    const { headers } = await ask('GET /v1/jobs/{id}', at);
    const unchanged = { headers: { 'if-none-match': headers.get('etag') ?? '' } };
    expect((await ask('GET /v1/jobs/{id}', at, unchanged)).status).toBe(304);
    for (const part of ['request', 'result', 'files', 'deliveries', 'archive', 'events', 'log'])
      expect((await ask(`GET /v1/jobs/{id}/${part}`, at)).status).toBe(200);
    for (const accept of ['application/x-ndjson', 'text/event-stream'])
      expect((await ask('GET /v1/jobs/{id}/log', at, { headers: { accept } })).status).toBe(200);
    const heard = { headers: { 'last-event-id': '1.end' } };
    expect((await ask('GET /v1/jobs/{id}/events', at, heard)).status).toBe(204);
    await filed('GET /v1/jobs/{id}/files/{path}', { ...at, path: 'coffee.jpg' });
    expect((await ask('GET /v1/jobs/{id}/assets/{index}', { ...at, index: '0' })).status).toBe(200);
    expect((await ask('GET /v1/jobs/{id}/files/{path}', at)).status).toBe(404);
    expect((await ask('POST /v1/jobs', {}, json({ ...spec, params: {} }))).status).toBe(422);
    const other = { id: 'files', operation: 'system.echo' };
    expect((await ask('POST /v1/jobs', {}, json(other))).status).toBe(409);
    expect((await ask('POST /v1/jobs/{id}/cancel', at)).status).toBe(409);
    expect((await ask('POST /v1/jobs/{id}/rerun', at, { query: '?from=nowhere' })).status).toBe(422);
    expect((await ask('POST /v1/jobs/{id}/rerun', at)).status).toBe(202);
    await darkroom.until('files', 'completed');
    expect((await ask('DELETE /v1/jobs/{id}', at)).status).toBe(204);
    expect((await ask('GET /v1/jobs/{id}', at)).status).toBe(404);
  });

  test('links to results', async () => {
    const spec = { id: 'gallery', operation: 'image.gallery' };
    expect((await ask('POST /v1/jobs', {}, await form({ job: JSON.stringify(spec) }))).status).toBe(202);
    await darkroom.until('gallery', 'completed');
    const linkTo = async (path?: string) => {
      const { status, body } = await ask('POST /v1/jobs/{id}/links', { id: 'gallery' }, json({ path }));
      expect(status).toBe(201);
      return new URL(String(body?.['url'])).search;
    };
    await refusals('POST /v1/jobs/{id}/links', { id: 'gallery' });
    const { body } = await ask('GET /v1/jobs/{id}/files', { id: 'gallery' });
    const { files } = body as { files: { path: string }[] };
    const picture = files.map(({ path }) => path).find((path) => path.endsWith('.webp')) ?? '';
    const of = (path: string) => ({ tenant: 'public', id: 'gallery', path });
    await filed('GET /v1/links/{tenant}/{id}/{path}', of(picture), await linkTo(picture));
    expect((await ask('GET /v1/links/{tenant}/{id}/{path}', of(picture))).status).toBe(403);
    const page = await ask('GET /v1/links/{tenant}/{id}/{path}', of('index.html'), {
      query: await linkTo(),
      redirect: 'manual',
    });
    expect(page.status).toBe(302);
    const [, , , , , expires = '', signature = ''] = (page.headers.get('location') ?? '').split('/');
    const at = { ...of(picture), expires, signature };
    await filed('GET /v1/pages/{tenant}/{id}/{expires}/{signature}/{path}', at);
    const none = { ...at, path: 'none' };
    expect((await ask('GET /v1/pages/{tenant}/{id}/{expires}/{signature}/{path}', none)).status).toBe(404);
  });

  test('a job that fails, and its callback', async () => {
    const spec = {
      operation: 'image.metadata',
      assets: [{ source: { url: `${web.url}/gone.jpg` }, attributes: { a: 1 } }],
      callback: { url: `${web.url}/hook` },
      keep_days: 1,
    };
    const wait = { prefer: 'wait=30' };
    const { status, body } = await ask('POST /v1/jobs', {}, json(spec, wait));
    expect({ status, body }).toMatchObject({ status: 200, body: { state: 'failed' } });
    const at = { id: String(body?.['id']), delivery: '1' };
    await ask('GET /v1/jobs/{id}', at);
    await ask('GET /v1/jobs/{id}/request', at);
    expect((await ask('GET /v1/jobs/{id}/result', at)).status).toBe(409);
    const redeliver = 'POST /v1/jobs/{id}/deliveries/{delivery}/redeliver';
    await expect.poll(() => web.received.length).toBe(1);
    await expect.poll(async () => (await ask(redeliver, at)).status).toBe(202);
    expect((await ask('GET /v1/jobs/{id}/deliveries', at)).status).toBe(200);
    expect((await ask(redeliver, { ...at, delivery: '9' })).status).toBe(404);
  });

  test('a controlled job, and one that waits for assets', async () => {
    await darkroom.submit({ id: 'slow', operation: 'test.echo', params: { delay_ms: 600_000 } });
    const at = { id: 'slow' };
    await darkroom.until('slow', 'processing');
    await ask('GET /v1/jobs/{id}', at);
    for (const action of ['result', 'files', 'archive'])
      expect((await ask(`GET /v1/jobs/{id}/${action}`, at)).status).toBe(409);
    expect((await ask('POST /v1/jobs/{id}/rerun', at)).status).toBe(409);
    for (const action of ['pause', 'resume', 'rerun', 'cancel'])
      await refusals(`POST /v1/jobs/{id}/${action}`, at);
    expect((await ask('POST /v1/jobs/{id}/pause', at)).status).toBe(202);
    expect((await ask('POST /v1/jobs/{id}/resume', at)).status).toBe(202);
    expect((await ask('POST /v1/jobs/{id}/cancel', at, json({ reason: 'Enough' }))).status).toBe(202);

    await darkroom.submit({ id: 'waits', operation: 'image.contact-sheet', await_assets: { total: 2 } });
    const more = 'POST /v1/jobs/{id}/assets';
    const source = { url: `${web.url}/coffee.jpg` };
    await refusals(more, { id: 'waits' });
    expect((await ask(more, { id: 'waits' }, json({ assets: [] }))).status).toBe(422);
    expect((await ask(more, { id: 'waits' }, await form({ assets: '{}' }))).status).toBe(202);
    expect((await ask(more, { id: 'waits' }, json({ assets: [{ source }, { source }] }))).status).toBe(409);
    expect((await ask(more, { id: 'waits' }, json({ assets: [{ source }], final: true }))).status).toBe(202);
    await darkroom.until('waits', 'completed');
  });

  test('lists, the catalogue, and errors', async () => {
    await refusals('POST /v1/jobs');
    expect((await ask('GET /v1/jobs')).status).toBe(200);
    expect((await ask('GET /v1/jobs', {}, { query: '?state=none' })).status).toBe(422);
    expect((await ask('GET /v1/operations')).status).toBe(200);
    expect((await ask('GET /v1/operations/{name}', { name: 'image.transform' })).status).toBe(200);
    expect((await ask('GET /v1/operations/{name}')).status).toBe(404);
    expect((await ask('GET /v1/usage')).status).toBe(200);
    expect((await ask('GET /v1/job-counts')).status).toBe(200);
    for (const method of ['GET', 'POST', 'DELETE']) await ask(`${method} /v1/session`);
    expect((await ask('GET /v1/usage', {}, { query: '?from=never' })).status).toBe(422);
    expect((await ask('GET /v1/audit')).status).toBe(200);
    expect((await ask('GET /v1/audit', {}, { query: '?since=never' })).status).toBe(422);
    const ofJobs = described.operationsOf('native').filter((operation) => operation.includes('/jobs/{id}'));
    for (const operation of ofJobs) {
      const init = operation.endsWith('/assets') ? json({ final: true }) : {};
      expect([operation, (await ask(operation, { id: 'nobody' }, init)).status]).toEqual([operation, 404]);
      expect([404, 422]).toContain((await ask(operation, { id: '~' }, init)).status);
    }
  });
});

describe('responses of the other APIs are as described', () => {
  test('common application API', async () => {
    await refusals('POST /api/v1/task');
    await refusals('POST /api/v1/assets');
    const taskOf = async (operation: string) => {
      const { status, body } = await ask('POST /api/v1/task', {}, json({ operation, assets_total: 1 }));
      expect(status).toBe(200);
      return (body as { data: { task_id: string } }).data.task_id;
    };
    const task_id = await taskOf('image.metadata');
    const query = `?id=${task_id}`;
    expect((await ask('GET /api/v1/task', {}, { query })).status).toBe(200);
    expect((await ask('GET /api/v1/result', {}, { query })).status).toBe(404);
    const data = [{ file_name: 'a.jpg', download_url: `${web.url}/coffee.jpg` }];
    expect((await ask('POST /api/v1/assets', {}, json({ task_id, data: [] }))).status).toBe(200);
    expect((await ask('POST /api/v1/assets', {}, json({ task_id, data }))).status).toBe(200);
    await darkroom.until(task_id, 'completed');
    expect((await ask('POST /api/v1/assets', {}, json({ task_id, data }))).status).toBe(409);
    expect((await ask('GET /api/v1/task', {}, { query })).status).toBe(200);
    expect((await ask('GET /api/v1/result', {}, { query })).status).toBe(200);
    expect((await ask('GET /api/v1/status')).status).toBe(200);
    expect((await ask('DELETE /api/v1/task', {}, { query })).status).toBe(200);
    for (const method of ['GET', 'DELETE']) {
      expect((await ask(`${method} /api/v1/task`, {}, { query })).status).toBe(404);
      expect((await ask(`${method} /api/v1/task`)).status).toBe(422);
    }
    const id = await taskOf('image.transform');
    await ask('POST /api/v1/assets', {}, json({ task_id: id, data }));
    await darkroom.until(id, 'completed');
    await filed('GET /api/v1/result', {}, `?id=${id}`);
    const site = await taskOf('image.gallery');
    await ask('POST /api/v1/assets', {}, json({ task_id: site, data }));
    await darkroom.until(site, 'completed');
    const { body } = await ask('GET /api/v1/result', {}, { query: `?id=${site}` });
    const [secret = ''] = new URL(String(body?.['data'])).pathname.split('/').slice(-2);
    const at = { tenant: 'public', task_id: site, secret, path: 'index.html' };
    const website = 'GET /api/v1/website/{tenant}/{task_id}/{secret}/{path}';
    await filed(website, at);
    expect((await ask(website, { ...at, secret: 'guess' })).status).toBe(404);
  });

  test('guestkit', async () => {
    const document = {
      version: '1.0',
      job_id: 'guest',
      kind: 'VMOperation',
      operation: 'system.echo',
      created_at: '2026-01-30T10:00:00Z',
      payload: { type: 'system.echo.v1', data: { message: 'test' } },
    };
    await refusals('POST /api/v1/jobs');
    expect((await ask('POST /api/v1/jobs', {}, json(document))).status).toBe(201);
    expect((await ask('POST /api/v1/jobs', {}, json({ ...document, payload: { type: 'x' } }))).status).toBe(
      400,
    );
    const other = { ...document, payload: { type: 'system.echo.v1', data: {} } };
    expect((await ask('POST /api/v1/jobs', {}, json(other))).status).toBe(409);
    expect((await ask('GET /api/v1/jobs/{id}', { id: 'guest' })).status).toBe(200);
    await darkroom.until('guest', 'completed');
    for (const path of ['jobs/{id}', 'jobs/{id}/result', 'jobs', 'capabilities', 'health'])
      expect((await ask(`GET /api/v1/${path}`, { id: 'guest' })).status).toBe(200);
    for (const path of ['jobs/{id}', 'jobs/{id}/result'])
      expect((await ask(`GET /api/v1/${path}`)).status).toBe(404);
    expect((await ask('GET /api/v1/jobs', {}, { query: '?limit=0' })).status).toBe(400);
  });

  test('e2e3d, without a completed reconstruction', async () => {
    const album = join(darkroom.dataDir, 'inputs', 'album');
    await mkdir(album, { recursive: true });
    for (const name of ['a.jpg', 'b.jpg', 'c.jpg'])
      await writeFile(join(album, name), await photo('coffee.jpg'));
    await refusals('POST /api/reconstruct');
    const request = { image_set_path: 'album', job_id: 'model' };
    expect((await ask('POST /api/reconstruct', {}, json(request))).status).toBe(202);
    expect((await ask('POST /api/reconstruct', {}, json({ ...request, quality: 'low' }))).status).toBe(409);
    expect((await ask('POST /api/reconstruct', {}, json({ image_set_path: 'none' }))).status).toBe(422);
    const at = { job_id: 'model', path: 'metadata.json' };
    for (const action of ['pause', 'resume'])
      expect((await ask(`POST /api/job/{job_id}/${action}`, at)).status).toBe(200);
    for (const path of ['/api/job/{job_id}', '/api/jobs', '/api/metrics', '/api/health', '/api/config'])
      expect((await ask(`GET ${path}`, at)).status).toBe(200);
    const results = ['/api/job/{job_id}/results', '/output/{job_id}', '/output/{job_id}/{path}'];
    for (const path of results) expect((await ask(`GET ${path}`, at)).status).toBe(409);
    expect([200, 202]).toContain((await ask('DELETE /api/job/{job_id}', at)).status);
    await darkroom.until('model', 'cancelled');
    for (const path of [...results, '/api/job/{job_id}']) expect((await ask(`GET ${path}`)).status).toBe(404);
    expect((await ask('POST /api/job/{job_id}/pause', at)).status).toBe(409);
    expect((await ask('GET /api/jobs', {}, { query: '?status=odd' })).status).toBe(422);
  });

  test('image web module', async () => {
    expect((await ask('POST /jobs', {}, json({}))).status).toBe(500);
    const { status, body } = await ask('POST /jobs', {}, await form({ width: '40' }, 'image'));
    expect(status).toBe(202);
    const at = { job_id: String(body?.['job_id']) };
    await ask('GET /jobs/{job_id}', at);
    await darkroom.until(at.job_id, 'completed');
    expect((await ask('GET /jobs/{job_id}', at)).status).toBe(201);
    await filed('GET /jobs/{job_id}/output', at);
    expect((await ask('POST /jobs', {}, await form({ width: 'wide' }, 'image'))).status).toBe(500);
    const data = await ask('POST /jobs', {}, await form({ operation: 'image.metadata' }, 'image'));
    const told = { job_id: String(data.body?.['job_id']) };
    await darkroom.until(told.job_id, 'completed');
    expect((await ask('GET /jobs/{job_id}/output', told)).status).toBe(200);
    for (const path of ['/jobs/{job_id}', '/jobs/{job_id}/output'])
      expect((await ask(`GET ${path}`)).status).toBe(404);
  });

  test('Primaa', async () => {
    await refusals('POST /job-submission');
    const request = {
      image_url: `${web.url}/coffee.jpg`,
      callback_url: `${web.url}/primaa`,
      callback_token: randomUUID(),
      algorithm_name: 'image.metadata',
    };
    const { body } = await ask('POST /job-submission', {}, json(request));
    const at = { job_id: String(body?.['job_id']) };
    await ask('GET /status/{job_id}', at);
    await darkroom.until(at.job_id, 'completed');
    expect((await ask('GET /status/{job_id}', at)).status).toBe(200);
    expect((await ask('GET /status/{job_id}')).status).toBe(404);
    expect((await ask('POST /job-submission', {}, json({ ...request, image_url: 'x' }))).status).toBe(422);
  });
});

test('credentials', async () => {
  const s3 = await startS3Server();
  try {
    const { accessKeyId: access_key_id, secretAccessKey: secret_access_key } = s3.credentials;
    const keys = { access_key_id, secret_access_key };
    const request = { name: 'photos', endpoint: s3.endpoint, bucket: s3.bucket, ...keys };
    await refusals('POST /v1/credentials');
    await refusals('PUT /v1/credentials/{name}', { name: 'photos' });
    expect((await ask('POST /v1/credentials', {}, json(request))).status).toBe(201);
    expect((await ask('POST /v1/credentials', {}, json(request))).status).toBe(409);
    expect((await ask('POST /v1/credentials', {}, json({ ...request, name: 'A' }))).status).toBe(422);
    const at = { name: 'photos' };
    await ask('GET /v1/credentials');
    await ask('GET /v1/credentials/{name}', at);
    expect((await ask('PUT /v1/credentials/{name}', at, json(keys))).status).toBe(200);
    await ask('DELETE /v1/credentials/{name}', at);
    for (const method of ['GET', 'DELETE'])
      expect((await ask(`${method} /v1/credentials/{name}`, at)).status).toBe(404);
    expect((await ask('PUT /v1/credentials/{name}', at, json(keys))).status).toBe(404);
  } finally {
    await s3.dispose();
  }
});

test('templates and plans', async () => {
  const at = { name: 'small' };
  const template = {
    params: { type: 'object', properties: { width: { type: 'integer', default: 320 } } },
    steps: { small: { operation: 'image.transform', params: { width: '${params.width}' } } },
  };
  await refusals('PUT /v1/templates/{name}', at);
  await refusals('POST /v1/plans');
  expect((await ask('PUT /v1/templates/{name}', at, json({ steps: {} }))).status).toBe(422);
  expect((await ask('PUT /v1/templates/{name}', at, json(template))).status).toBe(201);
  expect((await ask('PUT /v1/templates/{name}', at, json(template))).status).toBe(200);
  for (const path of ['', '/{name}', '/{name}/versions'])
    expect((await ask(`GET /v1/templates${path}`, at)).status).toBe(200);
  const spec = { template: 'small', assets: [{ source: { url: `${web.url}/coffee.jpg` } }] };
  expect((await ask('POST /v1/plans', {}, json(spec))).status).toBe(200);
  expect((await ask('POST /v1/plans', {}, json({ ...spec, template: 'none' }))).status).toBe(422);
  expect((await ask('DELETE /v1/templates/{name}', at)).status).toBe(204);
  for (const operation of ['GET /v1/templates/{name}', 'DELETE /v1/templates/{name}'])
    expect((await ask(operation, at)).status).toBe(404);
});

test('every route of the native API has succeeded', () => {
  expect(described.operationsOf('native').filter((operation) => !succeeded.has(operation))).toEqual([]);
});
