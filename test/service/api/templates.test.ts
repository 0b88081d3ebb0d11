/** Templates through the API: versions, scopes, roles, jobs of every API that names one, and reruns. */
import { randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditEvent } from '../../../src/auth/audit-event.ts';
import { ApiKeyStore } from '../../../src/storage/api-keys.ts';
import { AuditStore } from '../../../src/storage/audit.ts';
import { createFilesystemStore } from '../../../src/storage/filesystem/index.ts';
import { photo } from '../../support/photos.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';
import { startWeb, type Web } from '../../support/web.ts';

let server: Darkroom;
let web: Web;
let audit: AuditStore;
const keys = new Map<string, string>();

beforeAll(async () => {
  web = await startWeb({ '/cat.jpg': await photo('chelsea.jpg') });
  const dataDir = await mkdtemp(join(tmpdir(), 'darkroom-templates-'));
  server = await startStack({ dataDir, env: { DARKROOM_AUTH: 'keys' } });
  const store = createFilesystemStore({ root: join(dataDir, 'store') });
  audit = new AuditStore(store);
  const apiKeys = new ApiKeyStore(store);
  for (const [name, tenant, role] of [
    ['submitter', 'acme', 'submitter'],
    ['operator', 'acme', 'operator'],
    ['admin', 'acme', 'admin'],
    ['other', 'beta', 'operator'],
  ] as const)
    keys.set(name, (await apiKeys.create({ tenant, name, role, expires_at: null })).written);
});
afterAll(async () => {
  await server.dispose();
  await web.close();
});

type Who = 'submitter' | 'operator' | 'admin' | 'other';
type Json = Record<string, unknown>;

async function send(who: Who, method: string, path: string, body?: unknown, headers: object = {}) {
  const response = await fetch(new URL(path, server.url), {
    method,
    headers: {
      ...headers,
      authorization: `Bearer ${keys.get(who)}`,
      ...(body === undefined || body instanceof FormData ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: (text && JSON.parse(text)) as Json };
}

const document = (more: Json = {}) => ({
  title: 'Two sizes',
  params: {
    type: 'object',
    properties: { width: { type: 'integer', minimum: 16, default: 64 }, label: { type: 'string' } },
  },
  steps: {
    large: { operation: 'image.transform', params: { width: '${params.width}', format: 'webp' } },
    small: { operation: 'image.transform', use: ['large'], params: { width: 32 } },
  },
  results: ['large', 'small'],
  ...more,
});
const put = (who: Who, name: string, body: unknown = document(), query = '') =>
  send(who, 'PUT', `/v1/templates/${name}${query}`, body);
const assets = () => [{ source: { url: `${web.url}/cat.jpg` } }];

/** Submits a job, and returns it once it has ended. */
async function run(who: Who, request: Json) {
  const { status, body } = await send(
    who,
    'POST',
    '/v1/jobs',
    { assets: assets(), ...request },
    { prefer: 'wait=50' },
  );
  expect([status, body]).toEqual([200, expect.objectContaining({ state: 'completed' })]);
  return body as { id: string; template: string; run: number };
}

async function widthOf(id: string, path: string): Promise<number> {
  const response = await fetch(new URL(`/v1/jobs/${id}/files/${path}`, server.url), {
    headers: { authorization: `Bearer ${keys.get('submitter')}` },
  });
  return (await sharp(Buffer.from(await response.arrayBuffer())).metadata()).width;
}

describe('versions', () => {
  test('are made by each change, and kept', async () => {
    const first = await put('operator', 'sizes');
    expect([first.status, first.headers.get('location'), first.body]).toEqual([
      201,
      '/v1/templates/sizes?version=1',
      {
        ...document(),
        description: '',
        name: 'sizes',
        version: 1,
        scope: 'tenant',
        created_at: expect.any(String),
      },
    ]);
    expect(await put('operator', 'sizes')).toMatchObject({ status: 200, body: { version: 1 } });
    expect(await put('operator', 'sizes', document({ title: 'New' }))).toMatchObject({
      status: 201,
      body: { version: 2 },
    });
    const titles = ['', '?version=1', '?version=2'].map(
      async (query) => (await send('submitter', 'GET', `/v1/templates/sizes${query}`)).body['title'],
    );
    expect(await Promise.all(titles)).toEqual(['New', 'Two sizes', 'New']);
    const { body } = await send('submitter', 'GET', '/v1/templates/sizes/versions');
    expect(body).toEqual({
      versions: [1, 2].map((version) => ({ version, created_at: expect.any(String) })),
    });
    for (const path of ['sizes?version=3', 'none', 'none/versions'])
      expect(await send('submitter', 'GET', `/v1/templates/${path}`)).toMatchObject({
        status: 404,
        body: { code: 'template_not_found' },
      });
  });

  test('are deleted together, and their numbers stay taken', async () => {
    await put('operator', 'gone');
    expect((await send('operator', 'DELETE', '/v1/templates/gone')).status).toBe(204);
    expect((await send('operator', 'DELETE', '/v1/templates/gone')).status).toBe(404);
    expect((await send('submitter', 'GET', '/v1/templates/gone')).status).toBe(404);
    const { body } = await put('operator', 'gone');
    expect(body['version']).toBeGreaterThan(1);
  });
});

describe('scopes', () => {
  test('a template belongs to its tenant; one that an admin shares is for all, behind their own', async () => {
    await put('operator', 'mine');
    expect((await send('other', 'GET', '/v1/templates/mine')).status).toBe(404);
    expect((await send('other', 'DELETE', '/v1/templates/mine')).status).toBe(404);
    expect(await put('operator', 'ours', document(), '?shared=true')).toMatchObject({
      status: 403,
      body: { code: 'forbidden', detail: expect.stringContaining('templates.share') },
    });
    expect((await put('admin', 'ours', document(), '?shared=true')).status).toBe(201);
    expect((await send('other', 'GET', '/v1/templates/ours')).body).toMatchObject({ scope: 'shared' });
    await put('other', 'ours', document({ title: 'Own' }));
    expect((await send('other', 'GET', '/v1/templates/ours')).body).toMatchObject({
      scope: 'tenant',
      title: 'Own',
    });
    expect((await send('submitter', 'GET', '/v1/templates/ours')).body).toMatchObject({ scope: 'shared' });
    const { body } = await send('other', 'GET', '/v1/templates');
    const listed = (body['templates'] as { name: string; scope: string }[]).map(({ name, scope }) => [
      name,
      scope,
    ]);
    expect(listed).toContainEqual(['ours', 'tenant']);
    expect(listed).toContainEqual(['web-set', 'built-in']);
    expect(listed.map(([name]) => name)).not.toContain('mine');
  });

  test('built-in templates cannot be deleted', async () => {
    expect((await send('admin', 'DELETE', '/v1/templates/web-set?shared=true')).status).toBe(404);
    expect((await send('submitter', 'GET', '/v1/templates/web-set')).body).toMatchObject({
      scope: 'built-in',
    });
  });
});

test('submitters use templates and operators write them, which the audit log has', async () => {
  expect((await put('submitter', 'denied')).status).toBe(403);
  expect((await send('submitter', 'DELETE', '/v1/templates/sizes')).status).toBe(403);
  await put('operator', 'audited');
  const range = {
    since: new Date(0),
    until: new Date(Date.now() + 60_000),
    tenant: 'acme',
    limit: 1000,
    after: null,
  };
  const find = async (wanted: Partial<AuditEvent>) =>
    (await audit.page(range)).events.find((event) =>
      Object.entries(wanted).every(([name, value]) => event[name as keyof AuditEvent] === value),
    );
  await expect
    .poll(() => find({ action: 'templates.manage', outcome: 'denied', target: '/v1/templates/denied' }))
    .toMatchObject({ role: 'submitter' });
  await expect
    .poll(() =>
      find({ action: 'templates.manage', outcome: 'success', target: '/v1/templates/audited?version=1' }),
    )
    .toMatchObject({ role: 'operator' });
});

test.each<[string, unknown, string[]]>([
  [
    'sizes',
    document({ params: { properties: { width: { type: 'int' } } } }),
    ['/params/properties/width/type'],
  ],
  [
    'sizes',
    document({ steps: { a: { operation: 'image.none' } }, results: undefined }),
    ['/steps/a/operation'],
  ],
  ['reconstruct', document(), ['/name']],
  ['Sizes', document(), ['/name']],
  ['sizes', { ...document(), stepss: {} }, ['/stepss']],
])('refuses to write %s as %j', async (name, body, pointers) => {
  const { status, body: problem } = await put('operator', name, body);
  expect([status, (problem['errors'] as { pointer: string }[]).map(({ pointer }) => pointer)]).toEqual([
    422,
    pointers,
  ]);
});

describe('a job', () => {
  beforeAll(async () => {
    await put('operator', 'job');
    await put(
      'operator',
      'job',
      document({ steps: { only: { operation: 'image.metadata' } }, results: undefined }),
    );
  });

  test('runs the steps of the version that it names, and says which', async () => {
    const { id, template } = await run('submitter', { template: 'job@1', params: { width: 50 } });
    expect(template).toBe('job@1');
    expect([await widthOf(id, 'large/cat.webp'), await widthOf(id, 'small/cat.webp')]).toEqual([50, 32]);
    const { body } = await send('submitter', 'GET', `/v1/jobs/${id}/request`);
    expect(body).toMatchObject({ template: 'job@1', steps: { large: { params: { width: 50 } } } });
    expect((await run('submitter', { template: 'job' })).template).toBe('job@2');
  });

  test('keeps its version in a rerun, whatever becomes of the template', async () => {
    await put('operator', 'brief');
    const { id } = await run('submitter', { template: 'brief', params: { width: 40 } });
    await put('operator', 'brief', document({ title: 'Later' }));
    await send('operator', 'DELETE', '/v1/templates/brief');
    expect((await send('submitter', 'POST', `/v1/jobs/${id}/rerun?from=large`)).status).toBe(202);
    const get = async () => (await send('submitter', 'GET', `/v1/jobs/${id}`)).body;
    await expect
      .poll(get)
      .toMatchObject({ run: 2, state: 'completed', template: expect.stringMatching(/^brief@\d+$/) });
    expect(await widthOf(id, 'large/cat.webp')).toBe(40);
  });

  test('is the same when its request is repeated after a new version', async () => {
    const id = randomUUID();
    await put('operator', 'repeat');
    const request = { id, template: 'repeat', params: { width: 40 } };
    const { template } = await run('submitter', request);
    await put('operator', 'repeat', document({ title: 'Later' }));
    expect((await run('submitter', request)).template).toBe(template);
    const other = await send('submitter', 'POST', '/v1/jobs', {
      ...request,
      params: { width: 41 },
      assets: assets(),
    });
    expect(other).toMatchObject({ status: 409, body: { code: 'job_id_in_use' } });
  });

  test.each<[Json, string[]]>([
    [{ template: 'none' }, ['/template']],
    [{ template: 'job@9' }, ['/template']],
    [{ template: '../x' }, ['/template']],
    [{ template: 'job@1', params: { width: 1, size: 3 } }, ['/params/size', '/params/width']],
    [{ template: 'job@1', params: { width: 20_000 } }, ['/params/width']],
    [{ template: 'job', operation: 'image.metadata' }, ['/operation']],
    [
      { template: 'job', steps: { a: { operation: 'image.metadata' } }, results: ['a'] },
      ['/steps', '/results'],
    ],
    [{ template: 'job', assets: [] }, ['/assets']],
    [{ operation: 'none' }, ['/operation']],
  ])('%j is refused by its fields', async (request, pointers) => {
    const { status, body } = await send('submitter', 'POST', '/v1/jobs', { assets: assets(), ...request });
    expect([status, (body['errors'] as { pointer: string }[]).map(({ pointer }) => pointer)]).toEqual([
      422,
      pointers,
    ]);
  });

  test('cannot use a template of another tenant', async () => {
    expect(await send('other', 'POST', '/v1/jobs', { template: 'job', assets: assets() })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/template' }] },
    });
  });
});

describe('every API that names an operation takes a template in its place', () => {
  const templateOf = async (id: unknown) =>
    (await send('submitter', 'GET', `/v1/jobs/${id}`)).body['template'];

  test('the native API', async () => {
    expect((await run('submitter', { operation: 'job@1', params: { width: 30 } })).template).toBe('job@1');
  });

  test('the common application API', async () => {
    const { body } = await send('submitter', 'POST', '/api/v1/task', {
      operation: 'job@1',
      params: { width: 30 },
      assets_total: 1,
    });
    const { task_id } = body['data'] as { task_id: string };
    const data = [{ file_name: 'cat.jpg', download_url: `${web.url}/cat.jpg` }];
    await send('submitter', 'POST', '/api/v1/assets', { task_id, data });
    await expect
      .poll(async () => (await send('submitter', 'GET', `/api/v1/task?id=${task_id}`)).body)
      .toMatchObject({ data: { status: 'COMPLETED', result_type: 'STREAM' } });
    expect(await templateOf(task_id)).toBe('job@1');
    const wrong = await send('submitter', 'POST', '/api/v1/task', {
      operation: 'job@1',
      params: { width: 'x' },
    });
    expect(wrong).toMatchObject({ status: 422, body: { message: 'params.width: must be a whole number' } });
  });

  test('image-web, whose fields become the parameters', async () => {
    const form = new FormData();
    form.set('operation', 'job@1');
    form.set('width', '48');
    form.set('submit', 'Upload');
    form.set('image', new Blob([new Uint8Array(await photo('chelsea.jpg'))]), 'cat.jpg');
    const { status, body } = await send('submitter', 'POST', '/jobs', form);
    expect(status).toBe(202);
    const id = body['job_id'];
    await expect
      .poll(async () => (await send('submitter', 'GET', `/jobs/${id}`)).body)
      .toMatchObject({ status: 'completed', message: expect.stringContaining('ignored: submit') });
    expect([await templateOf(id), await widthOf(String(id), 'large/cat.webp')]).toEqual(['job@1', 48]);
  });

  test('primaa', async () => {
    const { status, body } = await send('submitter', 'POST', '/job-submission', {
      image_url: `${web.url}/cat.jpg`,
      callback_url: `${web.url}/hook`,
      callback_token: 'token',
      algorithm_name: 'job@2',
    });
    expect(status).toBe(200);
    expect(await templateOf(body['job_id'])).toBe('job@2');
  });
});

describe('a plan', () => {
  const transform = { operation: 'image.transform', params: { width: 20 } };
  const plan = (request: Json, query = '?dry_run=true') =>
    send('other', 'POST', `/v1/jobs${query}`, { assets: assets(), ...request });
  const listJobs = async () => (await send('other', 'GET', '/v1/jobs')).body['jobs'];

  test('of steps that never ran has no figures, and says why', async () => {
    const { status, body } = await plan({ template: 'web-set' });
    expect([status, body]).toEqual([
      200,
      {
        exists: false,
        run: 1,
        template: 'web-set@1',
        assets: 1,
        steps: [
          {
            name: 'set',
            operation: 'image.srcset',
            use: [':assets'],
            stages: ['pictures', 'srcset'].map((name) => ({ name, computes: 'all' })),
            estimate: { inputs: 1, files: null, seconds: null, bytes: null },
          },
        ],
        results: ['set'],
        estimate: { seconds: null, bytes: null },
        notes: [expect.stringMatching(/^The time .*: set$/), expect.stringMatching(/^The size .*: set$/)],
      },
    ]);
    expect(await listJobs()).toEqual([]);
  });

  test('estimates steps from completed jobs, by the number of inputs, and starts nothing', async () => {
    for (const id of ['one', 'two', 'three']) await run('other', { id, ...transform });
    const jobs = await listJobs();
    const web = { operation: 'image.transform', params: { width: 30 } };
    const steps = { web, thumbs: { ...web, use: ['web'] } };
    const two = { steps, assets: [...assets(), ...assets()] };
    const { body } = await plan(two);
    expect(body['steps']).toMatchObject(
      ['web', 'thumbs'].map((name) => ({
        name,
        estimate: { inputs: 2, files: 2, bytes: expect.any(Number) },
      })),
    );
    const { seconds } = body['estimate'] as { seconds: number };
    const each = (body['steps'] as { estimate: { seconds: number } }[]).map(
      ({ estimate }) => estimate.seconds,
    );
    expect(seconds).toBeCloseTo(
      each.reduce((sum, one) => sum + one, 0),
      1,
    );
    expect((await send('other', 'POST', '/v1/plans', two)).body).toEqual(body);
    expect((await plan({ id: 'one', ...transform })).body).toMatchObject({ exists: true });
    expect(await listJobs()).toEqual(jobs);
  });

  test('takes the names of files that are not sent', async () => {
    const named = { assets: [{ source: { upload: 'a.jpg' } }, { source: { upload: 'b.jpg' } }] };
    expect((await plan({ ...transform, ...named })).body).toMatchObject({ assets: 2, exists: false });
    const form = new FormData();
    form.set('job', JSON.stringify(transform));
    expect(await send('other', 'POST', '/v1/jobs?dry_run=true', form)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/dry_run' }] },
    });
  });

  test('fails as the submission would', async () => {
    const wrong = { operation: 'image.transform', params: { width: 'wide' } };
    const [planned, submitted] = [await plan(wrong), await plan(wrong, '')];
    expect([planned.status, planned.body['errors']]).toEqual([422, submitted.body['errors']]);
    expect((await plan({ id: 'one', ...transform, params: {} })).body).toMatchObject({
      code: 'job_id_in_use',
    });
    expect((await plan(transform, '?dry_run=perhaps')).status).toBe(422);
  });

  test('of a rerun says which stages are computed again, and starts nothing', async () => {
    await put('other', 'planned');
    const { id } = await run('other', { template: 'planned' });
    const { status, body } = await send('other', 'POST', `/v1/jobs/${id}/rerun?from=small&dry_run=true`);
    expect([status, body]).toMatchObject([
      200,
      {
        exists: true,
        run: 2,
        template: expect.stringMatching(/^planned@/),
        steps: [
          { name: 'large', stages: [{ computes: 'nothing' }], estimate: { seconds: 0 } },
          { name: 'small', stages: [{ computes: 'all' }], estimate: { inputs: 1 } },
        ],
      },
    ]);
    expect((await send('other', 'GET', `/v1/jobs/${id}`)).body).toMatchObject({ run: 1, state: 'completed' });
    const all = await send('other', 'POST', `/v1/jobs/${id}/rerun?dry_run=true`);
    expect(all.body['steps']).toMatchObject([
      { stages: [{ computes: 'all' }] },
      { stages: [{ computes: 'all' }] },
    ]);
  });
});
