/**
 * Every operation of every OpenAPI document, called by a tenant with the ids of another: the answer is that for an unknown id,
 * and nothing changes. The calls are built from the documents, so that a new operation is tested too.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type ApiOperation, type CallValues, listApiOperations } from '../../support/api-calls.ts';
import { photo } from '../../support/photos.ts';
import { readTree } from '../../support/read-tree.ts';
import { installStubEngine } from '../../support/stub-engine.ts';
import { makeKey, startTenants, type Tenant, type Tenants } from '../../support/tenants.ts';
import { startWeb, type Web } from '../../support/web.ts';

/** Parts of everything that the first tenant names. No answer to the other may contain them. */
const MARK = 'zebrafish';

let tenants: Tenants;
let web: Web;
let operations: readonly ApiOperation[];
let fixed: CallValues;
/** The jobs of acme by dialect. */
const made = new Map<string, string[]>();

beforeAll(async () => {
  const bytes = await photo('chelsea.jpg');
  web = await startWeb({ [`/${MARK}.jpg`]: bytes });
  const engines = await mkdtemp(join(tmpdir(), 'darkroom-engines-'));
  tenants = await startTenants({ DARKROOM_CACHE: await installStubEngine(engines, 0) });
  for (const tenant of ['acme', 'beta'])
    for (const name of ['1.jpg', '2.jpg', '3.jpg'])
      await writeFile(join(tenants.dataDir, 'inputs', tenant, name), bytes);
  operations = await listApiOperations((path) => tenants.acme.request(path));
  fixed = {
    job: randomUUID(),
    delivery: 1,
    path: `${MARK}.jpg`,
    name: 'image.transform',
    index: 0,
    tenant: 'acme',
    secret: 'guessed',
    expires: 9_999_999_999,
    signature: 'guessed',
    file: new Uint8Array(bytes),
    image_set_path: '.',
    notify_url: `${web.url}/${MARK}`,
    image_url: `${web.url}/${MARK}.jpg`,
    callback_url: `${web.url}/${MARK}`,
    algorithm_name: 'image.metadata',
  };
  await makeTemplate();
  await makeJobs();
});
afterAll(async () => {
  await tenants.server.dispose();
  await web.close();
});

const isCreation = ({ method, path }: ApiOperation) =>
  method === 'POST' && !path.includes('{') && !path.endsWith('/assets');
/** Links, whose signature gives access. They are public, and return nothing without it. */
const isSigned = ({ path }: ApiOperation) => /^\/v1\/(links|pages)\//.test(path);
const send = ({ request }: Tenant, operation: ApiOperation, values: Partial<CallValues>) => {
  const { path, init } = operation.buildCall({ ...fixed, ...values });
  return request(path, { ...init, redirect: 'manual' });
};

/** A template of acme, which takes the role of an operator. */
async function makeTemplate(): Promise<void> {
  const key = await makeKey(
    tenants.dataDir,
    { DARKROOM_AUTH: 'keys' },
    '--tenant',
    'acme',
    '--role',
    'operator',
    '--name',
    'operator',
  );
  const url = new URL(`/v1/templates/${MARK}`, tenants.server.url);
  const { status } = await fetch(url, {
    method: 'PUT',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ title: MARK, steps: { facts: { operation: 'image.metadata' } } }),
  });
  expect(status).toBe(201);
}

/** One job of every dialect by the example of its document; natively one in each state, with files, labels and a delivery. */
async function makeJobs(): Promise<void> {
  const { acme, server } = tenants;
  const callback = { url: `${web.url}/${MARK}` };
  const labels = { name: MARK };
  const assets = [{ source: { url: `${web.url}/${MARK}.jpg` } }];
  const done = { operation: 'image.transform', params: { width: 32 }, assets, callback, labels };
  await server.submit({ id: `${MARK}-done`, ...done });
  await server.submit({
    id: `${MARK}-failed`,
    operation: 'test.echo',
    params: { fail: 'permanent' },
    labels,
  });
  await server.submit({
    id: `${MARK}-running`,
    operation: 'test.echo',
    params: { delay_ms: 600_000 },
    labels,
  });
  await server.submit({ id: `${MARK}-waiting`, operation: 'image.metadata', await_assets: {}, labels });
  await server.until(`${MARK}-done`, 'completed');
  await server.until(`${MARK}-failed`, 'failed');
  await server.until(`${MARK}-running`, 'processing');
  await vi.waitUntil(() => web.received.length > 0, { timeout: 120_000 });
  made.set(
    'native',
    ['done', 'failed', 'running', 'waiting'].map((state) => `${MARK}-${state}`),
  );
  for (const operation of operations.filter((each) => isCreation(each) && each.dialect !== 'native')) {
    const { dialect, path } = operation;
    const response = await send(acme, operation, { job: `${MARK}-${dialect}` });
    expect([path, response.ok, await response.text()]).toEqual([path, true, expect.any(String)]);
    const id = await vi.waitUntil(
      async () => {
        const list = await (await acme.request(`/v1/jobs?dialect=${dialect}`)).json();
        return (list as { jobs: { id: string }[] }).jobs[0]?.id;
      },
      { timeout: 60_000, interval: 200 },
    );
    made.set(dialect, [id]);
  }
  await vi.waitUntil(async () => (await listMoving()).length === 0, { timeout: 120_000, interval: 200 });
}

/** Jobs of acme whose state still changes: those that neither have ended nor wait for the tenant, but the one that runs for long. */
async function listMoving(): Promise<string[]> {
  const response = await tenants.acme.request('/v1/jobs?limit=100');
  const { jobs } = (await response.json()) as { jobs: { id: string; state: string }[] };
  const resting = ['waiting', 'completed', 'failed', 'cancelled'];
  return jobs.flatMap(({ id, state }) => (resting.includes(state) || id === `${MARK}-running` ? [] : [id]));
}

const label = ({ dialect, method, path }: ApiOperation) => `${dialect}: ${method} ${path}`;

/** An answer without what differs from call to call: times, made-up ids, and the id that was asked for. */
async function describeAnswer(response: Response, id: string): Promise<unknown> {
  const normalize = (text: string) =>
    text
      .replaceAll(id, 'ID')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)/g, 'TIME')
      .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UUID');
  const headers = [...response.headers].filter(
    ([name]) => !['date', 'x-request-id', 'content-length', 'ratelimit'].includes(name),
  );
  return {
    status: response.status,
    headers: headers.map(([name, value]) => `${name}: ${normalize(value)}`),
    body: normalize(await response.text()),
  };
}

/** What acme reads of its jobs, and the bytes of its stored objects. */
async function readState(): Promise<Record<string, string>> {
  const state: Record<string, string> = {};
  const reads = operations.filter(({ method, namesJob }) => method === 'GET' && namesJob);
  for (const operation of reads)
    for (const id of made.get(operation.dialect) ?? []) {
      // The stream of a job that runs does not end, and its estimates change.
      if (operation.path.endsWith('/events') && /running|waiting/.test(id)) continue;
      const response = await send(tenants.acme, operation, { job: id });
      const text = (await response.text()).replaceAll(
        /"(?:estimated_completion|usage|progress|note)":(?:\{[^}]*\}|[^,}]+)/g,
        '',
      );
      state[`${label(operation)} ${id}`] =
        `${response.status} ${createHash('sha256').update(text).digest('hex')}`;
    }
  for await (const { path, bytes } of readTree(tenants.dataDir))
    if (path.includes('/acme/')) state[path] = createHash('sha256').update(bytes).digest('hex');
  return state;
}

test('each operation of each document can be called by its description', () => {
  expect(operations.length).toBeGreaterThan(45);
  expect(operations.filter((each) => !each.buildCall(fixed)).map(label)).toEqual([]);
  const dialects = new Set(operations.map(({ dialect }) => dialect));
  expect([...made.keys()].sort()).toEqual([...dialects].sort());
});

test('without credentials, each operation that is not public responds with 401', async () => {
  const wrong: string[] = [];
  for (const operation of operations) {
    const { path, init } = operation.buildCall(fixed);
    const { status } = await fetch(new URL(path, tenants.server.url), init);
    if ((status === 401) === operation.isPublic) wrong.push(`${label(operation)}: ${status}`);
  }
  expect(wrong).toEqual([]);
});

test('an id of another tenant is answered as an unknown one, and nothing of that tenant changes', async () => {
  const { beta } = tenants;
  await expect
    .poll(
      () =>
        readState().then((first) =>
          readState().then((second) => JSON.stringify(first) === JSON.stringify(second)),
        ),
      { interval: 500 },
    )
    .toBe(true);
  const before = await readState();
  const calls = operations.filter(({ namesJob }) => namesJob);
  // Creations come last: after them, beta has a job with this id.
  for (const operation of [...calls.filter((each) => !isCreation(each)), ...calls.filter(isCreation)]) {
    const unknownId = randomUUID();
    const unknown = await describeAnswer(await send(beta, operation, { job: unknownId }), unknownId);
    if (!isCreation(operation))
      expect([label(operation), unknown]).toEqual([
        label(operation),
        expect.objectContaining({ status: isSigned(operation) ? 403 : 404 }),
      ]);
    for (const id of made.get(operation.dialect) ?? []) {
      const answer = await describeAnswer(await send(beta, operation, { job: id }), id);
      expect([label(operation), id, answer]).toEqual([label(operation), id, unknown]);
    }
  }
  expect(await readState()).toEqual(before);
});

test('no answer to another tenant contains a name of this one', async () => {
  const { acme, beta } = tenants;
  const names = [MARK, 'acme', ...[...made.values()].flat()];
  const others = [
    '/metrics',
    '/healthz',
    '/readyz',
    '/.well-known/api-catalog',
    '/v1/jobs?limit=1',
    '/api/jobs?limit=1',
  ];
  const answers: [string, Response][] = [];
  for (const operation of operations.filter(({ namesJob, method }) => !namesJob && method === 'GET'))
    answers.push([label(operation), await send(beta, operation, {})]);
  for (const path of others) answers.push([path, await beta.request(path)]);
  // Cursors of lists, which the client returns as they are.
  for (const list of ['/v1/jobs', '/api/jobs', '/api/v1/jobs']) {
    const page = await (await acme.request(`${list}?limit=1`)).text();
    const [, cursor] = /"next(?:_cursor)?":"([^"]+)"/.exec(page) ?? [];
    if (cursor)
      answers.push([
        `${list} with a cursor`,
        await beta.request(`${list}?limit=1&cursor=${encodeURIComponent(cursor)}`),
      ]);
  }
  for (const [name, response] of answers) {
    const text = JSON.stringify([...response.headers]) + (await response.text());
    // Beta has itself made jobs with these ids above; their other names are acme's.
    const ownIds = [...made.values()].flat();
    const rest = ownIds.reduce((left, id) => left.replaceAll(id, ''), text);
    expect([name, names.filter((each) => rest.includes(each))]).toEqual([name, []]);
  }
});

/** Of these, acme has nothing in this test: results of jobs that have not ended, and a secret address. */
const withoutJob = [
  'GET /api/v1/result',
  'GET /output/{job_id}/{path}',
  'GET /api/v1/website/{tenant}/{task_id}/{secret}/{path}',
];

test('the calls are right: each finds a job of the tenant itself', async () => {
  const rank = ({ method }: ApiOperation) => ['GET', 'POST', 'DELETE'].indexOf(method);
  const calls = operations.filter((each) => each.namesJob && !isCreation(each) && !isSigned(each));
  const wrong: string[] = [];
  for (const operation of [...calls].sort((a, b) => rank(a) - rank(b))) {
    const statuses = await Promise.all(
      (made.get(operation.dialect) ?? []).map(async (id) => {
        const response = await send(tenants.acme, operation, { job: id });
        await response.body?.cancel();
        return response.status;
      }),
    );
    const isFound = statuses.some((status) => status < 400 || status === 409);
    if (!isFound && !withoutJob.includes(`${operation.method} ${operation.path}`))
      wrong.push(`${label(operation)}: ${statuses}`);
  }
  expect(wrong).toEqual([]);
});
