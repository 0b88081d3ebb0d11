/** Jobs of one tenant are not there for another, whichever way it looks. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as dialects from '../../../src/dialects/index.ts';
import { guestkitDocument } from '../../support/guestkit-document.ts';
import { photo } from '../../support/photos.ts';
import { startTenants, type Tenant, type Tenants } from '../../support/tenants.ts';
import { startWeb, type Web } from '../../support/web.ts';

let tenants: Tenants;
let web: Web;

beforeAll(async () => {
  web = await startWeb({ '/chelsea.jpg': await photo('chelsea.jpg') });
  tenants = await startTenants({ DARKROOM_QUEUE_UNAVAILABLE: '1', DARKROOM_GUESTKIT_MAX_QUEUE_SIZE: '50' });
  const bytes = await photo('chelsea.jpg');
  for (const name of ['1.jpg', '2.jpg', '3.jpg'])
    await writeFile(join(tenants.dataDir, 'inputs', 'acme', name), bytes);
});
afterAll(async () => {
  await tenants.server.dispose();
  await web.close();
});

const post = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

const jsonOf = async (response: Response) => (await response.json()) as Record<string, unknown>;

const submit = async ({ request }: Tenant, spec: object, headers = {}) => {
  const response = await request('/v1/jobs', post(spec, headers));
  const job = await jsonOf(response);
  expect([response.status, job]).toEqual([202, expect.objectContaining({ id: expect.any(String) })]);
  return String(job['id']);
};

const until = ({ request }: Tenant, id: string, state: string) =>
  expect.poll(async () => (await jsonOf(await request(`/v1/jobs/${id}`)))['state']).toBe(state);

describe('the native API', () => {
  test('lists and counts jobs only for their tenant', async () => {
    const { acme, beta } = tenants;
    const id = await submit(acme, {
      operation: 'image.transform',
      params: { width: 64 },
      assets: [{ source: { path: '1.jpg' } }],
      callback: { url: `${web.url}/hook` },
    });
    await until(acme, id, 'completed');
    const { files } = (await jsonOf(await acme.request(`/v1/jobs/${id}/files`))) as {
      files: { path: string }[];
    };
    const file = `/v1/jobs/${id}/files/${files[0]?.path}`;
    const listed = async ({ request }: Tenant) =>
      ((await jsonOf(await request('/v1/jobs?limit=200')))['jobs'] as { id: string }[]).map((job) => job.id);
    await expect.poll(() => listed(acme)).toContain(id);
    expect(await listed(beta)).not.toContain(id);
    expect((await acme.request(file)).status).toBe(200);
    const used = async (tenant: Tenant) => jsonOf(await tenant.request('/v1/usage'));
    expect(await used(beta)).toMatchObject({ tenant: 'beta', usage: [] });
    expect(await used(acme)).toMatchObject({
      tenant: 'acme',
      usage: [expect.objectContaining({ operation: 'image.transform' })],
    });
    await expect.poll(() => web.received.length).toBe(1);
  });

  test('a running job continues, whatever another tenant tries', async () => {
    const { acme, beta } = tenants;
    const id = await submit(acme, { operation: 'test.echo', params: { delay_ms: 600_000 } });
    await until(acme, id, 'processing');
    expect((await beta.request(`/v1/jobs/${id}/cancel`, post({}))).status).toBe(404);
    expect((await beta.request(`/v1/jobs/${id}`, { method: 'DELETE' })).status).toBe(404);
    expect(await jsonOf(await acme.request(`/v1/jobs/${id}`))).toMatchObject({ state: 'processing' });
    expect((await acme.request(`/v1/jobs/${id}`, { method: 'DELETE' })).status).toBe(204);
  });

  test('two tenants may use the same id for different jobs', async () => {
    const { acme, beta } = tenants;
    const params = (message: string) => ({ id: 'same', operation: 'system.echo', params: { message } });
    await submit(acme, params('of acme'));
    await submit(beta, params('of beta'));
    for (const [tenant, message] of [
      [acme, 'of acme'],
      [beta, 'of beta'],
    ] as const) {
      await until(tenant, 'same', 'completed');
      expect(await jsonOf(await tenant.request('/v1/jobs/same/result'))).toMatchObject({ data: { message } });
    }
    expect((await beta.request('/v1/jobs/same', { method: 'DELETE' })).status).toBe(204);
    expect((await acme.request('/v1/jobs/same/result')).status).toBe(200);
  });

  test('two tenants may use the same Idempotency-Key', async () => {
    const { acme, beta } = tenants;
    const key = { 'idempotency-key': 'order-42' };
    const first = await submit(acme, { operation: 'system.echo', params: { a: 1 } }, key);
    expect(await submit(acme, { operation: 'system.echo', params: { a: 1 } }, key)).toBe(first);
    expect(await submit(beta, { operation: 'system.echo', params: { b: 2 } }, key)).not.toBe(first);
  });

  test('two tenants may upload under the same id', async () => {
    const { acme, beta } = tenants;
    const form = (bytes: Uint8Array) => {
      const body = new FormData();
      body.append('job', JSON.stringify({ id: 'uploads', operation: 'image.metadata' }));
      body.append('file', new Blob([new Uint8Array(bytes)]), 'photo.jpg');
      return { method: 'POST', body };
    };
    const [cat, coffee] = [await photo('chelsea.jpg'), await photo('coffee.jpg')];
    expect((await acme.request('/v1/jobs', form(cat))).status).toBe(202);
    expect((await beta.request('/v1/jobs', form(coffee))).status).toBe(202);
    const digest = async (tenant: Tenant) => {
      await until(tenant, 'uploads', 'completed');
      const { assets } = (await jsonOf(await tenant.request('/v1/jobs/uploads/result'))) as {
        assets: { sha256: string }[];
      };
      return assets[0]?.sha256;
    };
    expect(await digest(acme)).not.toBe(await digest(beta));
  });

  test('no tenant reads the input directory of another', async () => {
    const { acme, beta, dataDir } = tenants;
    for (const path of ['1.jpg', '../acme/1.jpg', join(dataDir, 'inputs', 'acme', '1.jpg')]) {
      const id = await submit(beta, { operation: 'image.metadata', assets: [{ source: { path } }] });
      await until(beta, id, 'failed');
    }
    const directory = { operation: 'image.metadata', assets: [{ source: { path: './' } }] };
    expect((await jsonOf(await acme.request('/v1/jobs', post(directory))))['assets']).toMatchObject({
      total: 3,
    });
    expect((await beta.request('/v1/jobs', post(directory))).status).toBe(422);
  });
});

interface DialectCase {
  readonly name: string;
  /** A submission, and where its job is then. */
  readonly submit: (tenant: Tenant) => Promise<readonly string[]>;
  /** Asked for without a key. */
  readonly shape: object;
  /** Lists or counts jobs. */
  readonly list?: string;
  readonly change: (paths: readonly string[]) => readonly [path: string, init: RequestInit];
}

const text = (value: unknown) => String(value);

const cases: readonly DialectCase[] = [
  {
    name: 'image-web',
    submit: async ({ request }) => {
      const body = new FormData();
      body.append('image', new Blob([new Uint8Array(await photo('chelsea.jpg'))]), 'cat.jpg');
      const job = await jsonOf(await request('/jobs', { method: 'POST', body }));
      return [`/jobs/${text(job['job_id'])}`, `/jobs/${text(job['job_id'])}/output`];
    },
    shape: { code: 'unauthenticated', message: expect.any(String) },
    change: () => ['/jobs', post({})],
  },
  {
    name: 'common-application',
    submit: async ({ request }) => {
      const answer = await jsonOf(
        await request('/api/v1/task', post({ operation: 'system.echo', assets_total: 0 })),
      );
      const { task_id: id } = answer['data'] as { task_id: string };
      return [`/api/v1/task?id=${id}`, `/api/v1/result?id=${id}`];
    },
    shape: { success: false, message: expect.any(String), data: null },
    change: ([look = '']) => [look, { method: 'DELETE' }],
  },
  {
    name: 'guestkit',
    submit: async ({ request }) => {
      expect((await request('/api/v1/jobs', post(guestkitDocument('guest-1')))).status).toBe(201);
      return ['/api/v1/jobs/guest-1', '/api/v1/jobs/guest-1/result'];
    },
    shape: { error: 'UNAUTHORIZED', message: expect.any(String) },
    list: '/api/v1/jobs',
    change: () => ['/api/v1/jobs', post({})],
  },
  {
    name: 'e2e3d',
    submit: async ({ request }) => {
      const body = { image_set_path: '.', job_id: 'model-1', quality: 'low' };
      const response = await request('/api/reconstruct', post(body));
      expect([response.status, await jsonOf(response)]).toEqual([202, expect.anything()]);
      return ['/api/job/model-1'];
    },
    shape: { error: 'unauthenticated', message: expect.any(String) },
    list: '/api/jobs',
    change: ([look = '']) => [look, { method: 'DELETE' }],
  },
  {
    name: 'primaa',
    submit: async ({ request }) => {
      const body = {
        image_url: `${web.url}/chelsea.jpg`,
        callback_url: `${web.url}/hook`,
        callback_token: 'token',
        algorithm_name: 'image.metadata',
      };
      const job = await jsonOf(await request('/job-submission', post(body)));
      return [`/status/${text(job['job_id'])}`];
    },
    // Not "Failed": at that word a client gives its job up.
    shape: { code: 401, status: null, error: expect.any(String) },
    change: () => ['/job-submission', post({})],
  },
];

test('each API has a case', () => {
  const { native: _, ...others } = dialects;
  expect(cases.map(({ name }) => name).sort()).toEqual(
    Object.values(others)
      .map(({ name }) => name)
      .sort(),
  );
});

describe.each(cases)('$name', ({ submit: begin, shape, list, change }) => {
  test('shows jobs only to their tenant, and errors have its format', async () => {
    const { acme, beta, reader, server } = tenants;
    const paths = await begin(acme);
    const [look = ''] = paths;
    const refused = await fetch(new URL(look, server.url));
    expect([refused.status, await jsonOf(refused)]).toEqual([401, expect.objectContaining(shape)]);
    for (const path of paths) {
      await expect.poll(async () => (await acme.request(path)).status).toBeLessThan(202);
      expect([path, (await beta.request(path)).status]).toEqual([path, 404]);
    }
    const [path, init] = change(paths);
    expect((await reader.request(path, init)).status).toBe(403);
    if (init.method === 'DELETE') expect((await beta.request(path, init)).status).toBe(404);
    if (list === undefined) return;
    const jobs = async ({ request }: Tenant) => JSON.stringify(await jsonOf(await request(list)));
    const id = look.split('/').at(-1) ?? '';
    await expect.poll(() => jobs(acme)).toContain(id);
    expect(await jobs(beta)).not.toContain(id);
  });
});

test('statistics of e2e3d count only the jobs of the tenant', async () => {
  const total = async ({ request }: Tenant) =>
    ((await jsonOf(await request('/api/metrics')))['jobs'] as { total: number }).total;
  await expect.poll(() => total(tenants.acme), { interval: 1000 }).toBe(1);
  expect(await total(tenants.beta)).toBe(0);
});
