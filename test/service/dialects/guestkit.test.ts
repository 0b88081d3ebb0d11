/** guestkit: its REST contract, line by line. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createJsonRequest, document, post, statusPoll } from '../../support/clients/guestkit/requests.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';

const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;

let darkroom: Darkroom;
const ask = createJsonRequest(() => darkroom);
const submit = (job: object) => ask('/api/v1/jobs', post(job));
const untilStatus = statusPoll(ask);

beforeAll(async () => {
  darkroom = await startStack();
});
afterAll(() => darkroom.dispose());

describe('a job', () => {
  test('is submitted with 201, and returns status and data', async () => {
    const data = { message: 'test', nested: { list: [1, null, 'ü'] } };
    const answer = await submit(document('inspect-vm-001', { data }));
    expect(answer).toMatchObject({
      status: 201,
      body: {
        success: true,
        data: {
          job_id: 'inspect-vm-001',
          status: 'submitted',
          message: 'Job inspect-vm-001 submitted successfully',
        },
      },
    });
    expect(answer.headers.get('content-type')).toContain('application/json');
    await untilStatus('inspect-vm-001', 'Completed');
    const look = await ask('/api/v1/jobs/inspect-vm-001');
    expect(look).toMatchObject({ status: 200, body: { success: true } });
    const { data: status } = look.body as { data: Record<string, string> };
    expect(status).toEqual({
      job_id: 'inspect-vm-001',
      status: 'Completed',
      submitted_at: expect.stringMatching(RFC3339),
      started_at: expect.stringMatching(RFC3339),
      completed_at: expect.stringMatching(RFC3339),
      error: null,
    });
    const times = ['submitted_at', 'started_at', 'completed_at'].map((name) =>
      Date.parse(status[name] ?? ''),
    );
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(await ask('/api/v1/jobs/inspect-vm-001/result')).toMatchObject({
      status: 200,
      body: { success: true, data },
    });
    expect(await darkroom.get('inspect-vm-001')).toMatchObject({
      dialect: 'guestkit',
      operation: 'system.echo',
      labels: { created_at: '2026-01-30T10:00:00Z' },
    });
  });

  test('of test.echo runs, and is Failed with error "cancelled" when it is cancelled', async () => {
    await submit(document('slow', { operation: 'test.echo', data: { delay_ms: 600_000 } }));
    await untilStatus('slow', 'Running');
    expect(await ask('/api/v1/jobs/slow')).toMatchObject({
      body: { data: { started_at: expect.stringMatching(RFC3339), completed_at: null, error: null } },
    });
    expect(await ask('/api/v1/jobs/slow/result')).toMatchObject({
      status: 404,
      body: {
        error: 'NOT_FOUND',
        message: 'Result of job slow is not available, the job is Running',
      },
    });
    await darkroom.request('/v1/jobs/slow/cancel', { method: 'POST' });
    await untilStatus('slow', 'Failed');
    expect(await ask('/api/v1/jobs/slow')).toMatchObject({
      body: { data: { error: 'cancelled', completed_at: expect.stringMatching(RFC3339) } },
    });
    expect(await ask('/api/v1/jobs/slow/result')).toMatchObject({
      status: 404,
      body: { error: 'NOT_FOUND' },
    });
  });

  test('that fails states why, also at its result', async () => {
    await submit(document('fails', { operation: 'test.echo', data: { fail: 'permanent' } }));
    await untilStatus('fails', 'Failed');
    const why = 'The job failed because its parameter "fail" requests it';
    expect(await ask('/api/v1/jobs/fails')).toMatchObject({ body: { data: { error: why } } });
    expect(await ask('/api/v1/jobs/fails/result')).toMatchObject({
      status: 404,
      body: { error: 'NOT_FOUND', message: expect.stringContaining(why) },
    });
  });

  test('sent twice is one job; another document with its id is rejected, also for a native job', async () => {
    const job = document('twice', { data: { n: 1 } });
    const answers = [await submit(job), await submit(job)];
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(await submit(document('twice', { data: { n: 2 } }))).toMatchObject({
      status: 409,
      body: { error: 'CONFLICT', message: expect.stringContaining('"twice" belongs to another request') },
    });
    await darkroom.submit({ id: 'native', operation: 'system.echo' });
    expect(await submit(document('native', { data: {} }))).toMatchObject({
      status: 409,
      body: { error: 'CONFLICT' },
    });
  });
});

test('a job is found by any spelling of a UUID; query parameters and a trailing slash are ignored', async () => {
  const chosen = '1B4E28BA-2FA1-4D2C-8F1C-3A7F5C6D7E8F';
  await submit(document(chosen, {}));
  const braced = '{2b4e28ba-2fa1-4d2c-8f1c-3a7f5c6d7e8f}';
  expect(await submit(document(braced, {}))).toMatchObject({
    body: { data: { job_id: braced.slice(1, -1) } },
  });
  for (const id of [chosen, braced.slice(1, -1)]) {
    await untilStatus(id, 'Completed');
    for (const spelled of [id.toLowerCase(), id.toUpperCase(), `{${id}}`]) {
      expect(await ask(`/api/v1/jobs/${spelled}/?_=1`)).toMatchObject({
        status: 200,
        body: { data: { job_id: id } },
      });
      expect(await ask(`/api/v1/jobs/${spelled}/result`)).toMatchObject({ status: 200 });
    }
  }
  expect(await ask('/api/v1/jobs/?_=1&order=desc')).toMatchObject({ status: 200, body: { success: true } });
  expect(await ask('/api/v1/health/')).toMatchObject({ status: 200 });
});

describe('an error', () => {
  const at = (path: string, value: unknown) => {
    const job = structuredClone(document('wrong', {})) as Record<string, unknown>;
    const keys = path.split('.');
    const holder = keys.slice(0, -1).reduce((inner, key) => inner[key] as typeof job, job);
    const last = keys.at(-1) ?? '';
    if (value === undefined) delete holder[last];
    else holder[last] = value;
    return job;
  };

  test.each<[string, unknown, string]>([
    ['version', undefined, 'is required'],
    ['version', '2.0', 'must be "1.0"'],
    ['job_id', undefined, 'is required'],
    ['job_id', 'inspect-$(date +%s)', 'must be 1 to 128 letters'],
    ['job_id', 7, 'must be a string'],
    ['kind', 'Other', 'must be "VMOperation"'],
    ['kind', undefined, 'is required'],
    ['operation', undefined, 'is required'],
    ['operation', 'inspect', 'Operation must be namespaced'],
    ['operation', 'image.transform', 'there are system.echo, test.echo'],
    ['operation', '__proto__.x', 'Operation must be namespaced'],
    ['created_at', '$(date -u +%Y-%m-%dT%H:%M:%SZ)', 'must be a time such as 2026-11-21T09:30:00Z'],
    ['created_at', undefined, 'is required'],
    ['payload', undefined, 'is required'],
    ['payload.type', 'test.echo.v1', 'must be "system.echo.v1"'],
    ['payload.type', undefined, 'is required'],
    ['payload.data', undefined, 'is required'],
    ['payload.data', [1], 'must be an object'],
  ])('in %s (%j) is a VALIDATION_ERROR with field and reason', async (field, value, reason) => {
    const { status, body } = await submit(at(field, value));
    expect({ status, body }).toEqual({
      status: 400,
      body: {
        error: 'VALIDATION_ERROR',
        message: `Job validation failed: ${value === undefined ? 'missing' : 'invalid'} ${field}`,
        details: { field, reason: expect.stringContaining(reason) },
      },
    });
  });

  test('in a parameter is reported by its path in the payload', async () => {
    const data = { delay_ms: -1, fail: 'sometimes' };
    const { body } = await submit(document('wrong', { operation: 'test.echo', data }));
    expect(body).toMatchObject({ error: 'VALIDATION_ERROR', details: { field: 'payload.data.delay_ms' } });
    const { errors } = (body as { details: { errors: { field: string }[] } }).details;
    expect(errors.map(({ field }) => field)).toEqual(['payload.data.delay_ms', 'payload.data.fail']);
  });

  test('of each kind has the shape of the contract', async () => {
    const json = { 'content-type': 'application/json' };
    const raw = (body: string, headers: Record<string, string> = json) =>
      ask('/api/v1/jobs', { method: 'POST', headers, body });
    expect(await raw('{"version":')).toMatchObject({ status: 400, body: { error: 'BAD_REQUEST' } });
    expect(await raw('')).toMatchObject({ status: 400, body: { error: 'BAD_REQUEST' } });
    expect(await raw('[]')).toMatchObject({ status: 400, body: { details: { field: 'body' } } });
    expect(await raw('{}', { 'content-type': 'text/plain' })).toMatchObject({
      status: 415,
      body: { error: 'UNSUPPORTED_MEDIA_TYPE' },
    });
    expect(await raw(`"${'x'.repeat(9 * 2 ** 20)}"`)).toMatchObject({
      status: 413,
      body: { error: 'PAYLOAD_TOO_LARGE' },
    });
    expect(await ask('/api/v1/jobs/inspect-vm-999')).toMatchObject({
      status: 404,
      body: { error: 'NOT_FOUND', message: 'Job inspect-vm-999 not found' },
    });
    for (const path of ['/api/v1', '/api/v1/nothing', '/api/v1/jobs/a/b/c'])
      expect(await ask(path)).toMatchObject({ status: 404, body: { error: 'NOT_FOUND' } });
    const wrong = await ask('/api/v1/jobs', { method: 'DELETE' });
    expect(wrong).toMatchObject({ status: 405, body: { error: 'METHOD_NOT_ALLOWED' } });
    expect(wrong.headers.get('allow')).toBe('GET, HEAD, POST');
    expect(await ask('/api/v1/jobs?limit=none')).toMatchObject({
      status: 400,
      body: { error: 'VALIDATION_ERROR', details: { field: 'limit' } },
    });
    expect(await ask('/api/v1/jobs?cursor=none')).toMatchObject({
      status: 400,
      body: { message: 'Request validation failed: invalid cursor', details: { field: 'cursor' } },
    });
  });

  test.each([
    ['/vms/none.qcow2', 'is outside the input directories'],
    ['none.qcow2', 'There is no "none.qcow2"'],
    ['.', 'is a directory'],
    ['../keys.json', 'is outside the input directories'],
  ])('in the path of an image (%s) is reported at submission', async (path, reason) => {
    const data = { image: { path, format: 'qcow2' } };
    expect(await submit(document('missing', { operation: 'guestkit.inspect', data }))).toMatchObject({
      status: 400,
      body: {
        error: 'VALIDATION_ERROR',
        details: { field: 'payload.data.image.path', reason: expect.stringContaining(reason) },
      },
    });
    expect(await ask('/api/v1/jobs/missing')).toMatchObject({ status: 404 });
  });

  test.each(['guestkit.convert', 'image.transform'])(
    '%s, which does not exist, is rejected by name',
    async (operation) => {
      expect(await submit(document('early', { operation }))).toMatchObject({
        status: 400,
        body: {
          error: 'VALIDATION_ERROR',
          details: {
            field: 'operation',
            reason: expect.stringContaining(
              `${operation} is not available on this server; there are system.echo`,
            ),
          },
        },
      });
    },
  );
});

describe('the list', () => {
  interface List {
    jobs: { job_id: string; status: string }[];
    total: number;
    next_cursor: string | null;
  }
  const list = async (query = '') => ((await ask(`/api/v1/jobs${query}`)).body as { data: List }).data;

  test('has all jobs of this API, latest first; pages keep their order while jobs end', async () => {
    const ids = ['list-a', 'list-b', 'list-c', 'list-d'];
    for (const id of ids) await submit(document(id, { operation: 'test.echo', data: { delay_ms: 600_000 } }));
    await expect
      .poll(async () => (await list()).jobs.slice(0, 4).map(({ job_id }) => job_id))
      .toEqual(ids.toReversed());
    const whole = await list();
    expect(whole).toMatchObject({ total: whole.jobs.length, next_cursor: null });
    expect(whole.jobs.map(({ job_id }) => job_id)).not.toContain('native');
    expect(whole.jobs[0]).toEqual({
      job_id: 'list-d',
      status: expect.any(String),
      submitted_at: expect.stringMatching(RFC3339),
      started_at: expect.toBeOneOf([null, expect.stringMatching(RFC3339)]),
      completed_at: null,
      error: null,
    });

    const first = await list('?limit=2');
    for (const id of ids) await darkroom.request(`/v1/jobs/${id}/cancel`, { method: 'POST' });
    await untilStatus('list-a', 'Failed');
    await untilStatus('list-d', 'Failed');
    const pages = [first];
    for (let { next_cursor } = first; next_cursor !== null; ) {
      const page = await list(`?limit=2&cursor=${next_cursor}`);
      pages.push(page);
      next_cursor = page.next_cursor;
    }
    expect(pages.flatMap(({ jobs }) => jobs.map(({ job_id }) => job_id))).toEqual(
      whole.jobs.map(({ job_id }) => job_id),
    );
    expect(new Set(pages.map(({ total }) => total))).toEqual(new Set([whole.total]));
  });
});

describe('the server', () => {
  test('is healthy', async () => {
    expect(await ask('/api/v1/health')).toMatchObject({
      status: 200,
      body: { success: true, data: { status: 'healthy', timestamp: expect.stringMatching(RFC3339) } },
    });
  });

  test('counts under the names that dashboards query', async () => {
    await submit(document('counted', {}));
    await ask('/api/v1/jobs/counted');
    const metrics = await (await darkroom.request('/metrics')).text();
    expect(metrics).toMatch(/^guestkit_worker_jobs_total\{operation="system\.echo"\} [1-9]/m);
    expect(metrics).toMatch(
      /^http_requests_total\{endpoint="\/api\/v1\/jobs",method="POST",status="201"\} [1-9]/m,
    );
    expect(metrics).toMatch(/^http_requests_total\{endpoint="\/api\/v1\/jobs\/:id",/m);
  });

  test('describes its routes under their own tag, with examples', async () => {
    const { body } = await ask('/openapi/guestkit.json');
    const { paths, components } = body as {
      paths: Record<string, Record<string, { tags: string[] }>>;
      components: { schemas: Record<string, { examples?: unknown[] }> };
    };
    const ours = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { tags }]) =>
        tags.includes('guestkit') ? [`${method} ${path}`] : [],
      ),
    );
    expect(ours.sort()).toEqual([
      'get /api/v1/capabilities',
      'get /api/v1/health',
      'get /api/v1/jobs',
      'get /api/v1/jobs/{id}',
      'get /api/v1/jobs/{id}/result',
      'post /api/v1/jobs',
    ]);
    for (const name of ['GuestkitJob', 'GuestkitStatus', 'GuestkitError', 'GuestkitReceipt'])
      expect(components.schemas[name]?.examples, name).toHaveLength(1);
  });
});
