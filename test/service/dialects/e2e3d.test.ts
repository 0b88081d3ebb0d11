/** e2e3d, line by line of its contract, as far as no reconstruction need end; docs/dialects/e2e3d.md has the table. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Idle, startIdle } from '../../support/clients/e2e3d/idle.ts';
import {
  createJsonRequest,
  expectError,
  post,
  type Shown,
  TIME,
  untilShown,
} from '../../support/clients/e2e3d/requests.ts';

let idle: Idle;
const ask = createJsonRequest(() => idle.darkroom);
const until = untilShown(ask);

beforeAll(async () => {
  idle = await startIdle({ DARKROOM_QUEUE_UNAVAILABLE: '1' });
});
afterAll(() => idle.dispose());

const submit = ({ job_id }: { job_id?: string }) =>
  ask('/api/reconstruct', post({ image_set_path: 'SampleImages', job_id }));
const remove = (id: string) => ask(`/api/job/${id}`, { method: 'DELETE' });
const control = (id: string, action: string) => ask(`/api/job/${id}/${action}`, { method: 'POST' });
const waiting = { status: 'processing', stage: 'feature_extraction' };

describe('a job', () => {
  test('is processing in a stage, is paused and resumed, and is cancelled', async () => {
    await submit({ job_id: 'controlled' });
    await until('controlled', waiting);
    const { body } = await ask('/api/job/controlled');
    expect(body).toEqual({
      job_id: 'controlled',
      ...waiting,
      progress: expect.any(Number),
      start_time: expect.stringMatching(TIME),
      estimated_completion: null,
      error: null,
      paused: false,
      notes: [expect.stringContaining('1 file was skipped')],
    });
    expect(Number.isInteger((body as Shown).progress)).toBe(true);
    expect(await control('controlled', 'pause')).toMatchObject({
      status: 200,
      // True if a worker acts within a second.
      body: { job_id: 'controlled', status: 'processing', paused: expect.any(Boolean) },
    });
    await until('controlled', { ...waiting, paused: true });
    expect(await idle.darkroom.get('controlled')).toMatchObject({ paused: true });
    expect(await control('controlled', 'resume')).toMatchObject({
      status: 200,
      body: { status: 'processing' },
    });
    await until('controlled', { ...waiting, paused: false });
    const removed = await remove('controlled');
    expect([200, 202]).toContain(removed.status);
    await until('controlled', { status: 'cancelled', stage: null, error: 'The job was cancelled' });
  });

  test('that is cancelled keeps its record, and accepts only another cancellation', async () => {
    await submit({ job_id: 'gone' });
    await remove('gone');
    await until('gone', { status: 'cancelled' });
    expect(await remove('gone')).toMatchObject({ status: 200, body: { status: 'cancelled' } });
    for (const action of ['pause', 'resume']) {
      const answer = await control('gone', action);
      expect(answer).toMatchObject({ status: 409, body: { error: 'job_not_active', status: 'cancelled' } });
      expectError(answer);
    }
    expect(await idle.darkroom.get('gone')).toMatchObject({ state: 'cancelled', assets: { total: 5 } });
  });

  test('has no results before its end, and none when it was cancelled: 409 with the status', async () => {
    await submit({ job_id: 'fruitless' });
    await until('fruitless', waiting);
    const paths = [
      '/api/job/fruitless/results',
      '/output/fruitless',
      '/output/fruitless/mesh/reconstructed_mesh.obj',
    ];
    for (const path of paths) {
      const answer = await ask(path);
      expect(answer).toMatchObject({
        status: 409,
        body: {
          error: 'result_not_ready',
          message: 'Job "fruitless" is processing; its results are here once it is completed',
          status: 'processing',
        },
      });
      expectError(answer);
    }
    await remove('fruitless');
    await until('fruitless', { status: 'cancelled' });
    expect(await ask('/api/job/fruitless/results')).toMatchObject({
      status: 409,
      body: {
        message: 'Job "fruitless" is cancelled and has no results: The job was cancelled',
        status: 'cancelled',
      },
    });
  });

  test('that is unknown or of another API is 404 on each path', async () => {
    await idle.darkroom.submit({ id: 'echo', operation: 'system.echo' });
    for (const id of ['nobody', 'echo', 'a%20b', 'a%2Fb']) {
      for (const [path, method] of [
        [`/api/job/${id}`, 'GET'],
        [`/api/job/${id}`, 'DELETE'],
        [`/api/job/${id}/pause`, 'POST'],
        [`/api/job/${id}/resume`, 'POST'],
        [`/api/job/${id}/results`, 'GET'],
        [`/output/${id}`, 'GET'],
        [`/output/${id}/metadata.json`, 'GET'],
      ] as const) {
        const answer = await ask(path, { method });
        expect([path, method, answer.status]).toEqual([path, method, 404]);
        expectError(answer);
      }
    }
    expect(await idle.darkroom.until('echo', 'completed')).toMatchObject({
      dialect: 'native',
      paused: false,
    });
  });
});

test('a job is found by any spelling of a UUID, whether or not the client chose it', async () => {
  const made = ((await submit({})).body as Shown).job_id;
  const chosen = '1B4E28BA-2FA1-4D2C-8F1C-3A7F5C6D7E8F';
  expect((await submit({ job_id: chosen })).body).toMatchObject({ job_id: chosen });
  const braced = '{2b4e28ba-2fa1-4d2c-8f1c-3a7f5c6d7e8f}';
  expect((await submit({ job_id: braced })).body).toMatchObject({ job_id: braced.slice(1, -1) });
  for (const id of [made, chosen, braced.slice(1, -1)]) {
    for (const spelled of [id.toLowerCase(), id.toUpperCase(), `{${id}}`, `${id}/`]) {
      const look = await ask(`/api/job/${spelled}`);
      expect([spelled, look.status, (look.body as Shown).job_id]).toEqual([spelled, 200, id]);
    }
    await remove(`{${id.toUpperCase()}}`);
    await until(id, { status: 'cancelled' });
    expect((await ask(`/api/job/{${id}}/results`)).status).toBe(409);
  }
});

describe('GET /api/jobs', () => {
  const list = async (query = '') => {
    const { status, body } = await ask(`/api/jobs${query}`);
    expect(status).toBe(200);
    return body as { jobs: Shown[]; total: number; next_cursor: string | null };
  };
  const ids = ({ jobs }: { jobs: Shown[] }) => jobs.map(({ job_id }) => job_id);

  test('has all jobs of this API, latest first, and filters by status', async () => {
    for (const job_id of ['list-1', 'list-2', 'list-3']) await submit({ job_id });
    await until('list-2', waiting);
    await remove('list-3');
    await until('list-3', { status: 'cancelled' });
    await expect.poll(async () => ids(await list()).slice(0, 3)).toEqual(['list-3', 'list-2', 'list-1']);
    const all = await list('?status=');
    expect(all.total).toBe(all.jobs.length);
    expect(ids(all)).not.toContain('echo');
    await expect
      .poll(async () => ids(await list('?status=processing')))
      .toEqual(expect.arrayContaining(['list-2', 'list-1']));
    await expect.poll(async () => ids(await list('?status=cancelled'))).toContain('list-3');
    for (const status of ['submitted', 'queued', 'processing', 'completed', 'failed', 'cancelled'])
      for (const job of (await list(`?status=${status}`)).jobs) expect(job.status).toBe(status);
    expect(await list('?status=completed')).toEqual({ jobs: [], total: 0, next_cursor: null });
    for (const query of ['?status=Cancelled', '?status=CANCELLED&_=1', '/?status=cancelled&state=failed'])
      expect(ids(await list(query))).toEqual(ids(await list('?status=cancelled')));
  });

  test('in pages', async () => {
    await expect.poll(async () => (await list()).total).toBeGreaterThan(3);
    const { jobs, total } = await list();
    const found: Shown[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await list(`?limit=2${cursor && `&cursor=${cursor}`}`);
      expect([page.total, page.jobs.length > 2]).toEqual([total, false]);
      found.push(...page.jobs);
      cursor = page.next_cursor;
    }
    expect(ids({ jobs: found })).toEqual(ids({ jobs }));
  });

  test.each([
    ['?status=done', /^status: /],
    ['?limit=0', /^limit: must be a whole number/],
    ['?cursor=x', /^cursor: is not a cursor/],
  ])('rejects %s', async (query, message) => {
    const answer = await ask(`/api/jobs${query}`);
    expect(answer).toMatchObject({ status: 422, body: { message: expect.stringMatching(message) } });
    expectError(answer);
  });
});

describe('the server', () => {
  test('returns statistics as JSON, and Prometheus metrics if the client prefers text', async () => {
    await submit({ job_id: 'counted' });
    await until('counted', waiting);
    await expect
      .poll(async () => (await ask('/api/metrics')).body)
      .toMatchObject({
        jobs: { completed: 0, processing: expect.toSatisfy((count: number) => count >= 1) },
        success_rate: null,
        average_duration_seconds: null,
        workers: { live: 1, reconstruction: 0 },
      });
    const { jobs } = (await ask('/api/metrics')).body as { jobs: Record<string, number> };
    const { total, ...byStatus } = jobs;
    expect(Object.values(byStatus).reduce((sum, count) => sum + count, 0)).toBe(total);
    for (const accept of [
      'text/plain',
      'application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    ]) {
      const answer = await idle.darkroom.request('/api/metrics', { headers: { accept } });
      expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
      expect(await answer.text()).toContain(
        'darkroom_jobs_submitted_total{operation="reconstruct",dialect="e2e3d"}',
      );
    }
    for (const accept of ['*/*', 'application/json, text/plain, */*', 'text/html,*/*;q=0.8']) {
      const answer = await idle.darkroom.request('/api/metrics', { headers: { accept } });
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    }
    await remove('counted');
  });

  test('is healthy', async () => {
    const answer = await ask('/api/health');
    expect(answer).toMatchObject({
      status: 200,
      body: { status: 'healthy', workers: { live: 1, reconstruction: 0 } },
    });
  });

  test('returns its configuration, without secrets, paths or addresses', async () => {
    const { status, body } = await ask('/api/config');
    expect([status, body]).toEqual([
      200,
      {
        version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
        operation: 'reconstruct',
        quality: { choices: ['low', 'medium', 'high'], default: 'medium' },
        use_gpu: { default: false },
        images: { min: 3, max: 1000, media: expect.arrayContaining(['image/jpeg', 'image/png']) },
        stages: [
          'image_preparation',
          'feature_extraction',
          'feature_matching',
          'sparse_reconstruction',
          'dense_reconstruction',
          'mesh_generation',
          'texture_mapping',
          'model_export',
        ],
        statuses: ['submitted', 'queued', 'processing', 'completed', 'failed', 'cancelled'],
        limits: { image_bytes: 20 * 2 ** 30, request_bytes: 8 * 2 ** 20 },
        minio_url_seconds: 86_400,
      },
    ]);
    expect(JSON.stringify(body)).not.toContain(idle.input);
  });

  test('returns its own 404 under /api and /output, except under paths of other APIs', async () => {
    for (const path of ['/api', '/api/nothing', '/api/job', '/api/v2/jobs', '/output', '/output/']) {
      const answer = await ask(path);
      expect([path, answer.status]).toEqual([path, 404]);
      expectError(answer);
    }
    expect((await ask('/api/v1/nothing')).body).toMatchObject({ error: 'NOT_FOUND' });
    expect((await ask('/api/v1/task/nothing')).body).toMatchObject({ success: false });
  });

  test.each([
    ['/api/reconstruct', 'GET', 'POST'],
    ['/api/job/x', 'POST', 'GET, HEAD, DELETE'],
    ['/api/jobs', 'DELETE', 'GET, HEAD'],
    ['/api/job/x/pause', 'GET', 'POST'],
    ['/api/job/x/results', 'PUT', 'GET, HEAD'],
    ['/api/health', 'POST', 'GET, HEAD'],
    ['/output/x/metadata.json', 'DELETE', 'GET, HEAD'],
  ])('%s does not take %s', async (path, method, allowed) => {
    const answer = await ask(path, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allowed]);
    expectError(answer);
  });

  test('the OpenAPI document has all routes under their own tag', async () => {
    const { paths } = (await ask('/openapi/e2e3d.json')).body as {
      paths: Record<string, Record<string, { tags: string[] }>>;
    };
    const ours = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { tags }]) =>
        tags.includes('e2e3d') ? [`${method} ${path}`] : [],
      ),
    );
    expect(ours.sort()).toEqual([
      'delete /api/job/{job_id}',
      'get /api/config',
      'get /api/health',
      'get /api/job/{job_id}',
      'get /api/job/{job_id}/results',
      'get /api/jobs',
      'get /api/metrics',
      'get /output/{job_id}',
      'get /output/{job_id}/{path}',
      'post /api/job/{job_id}/pause',
      'post /api/job/{job_id}/resume',
      'post /api/reconstruct',
    ]);
  });
});
