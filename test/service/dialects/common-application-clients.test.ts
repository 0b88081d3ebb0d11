/** common-application for its clients: the contract of all dialects, curl, Python, and the description in OpenAPI. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dialectContract } from '../../contracts/dialect.ts';
import { curl, example, python } from '../../support/dialect-clients.ts';
import { photo } from '../../support/photos.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';
import { type Envelope, type Task, tasksOf } from '../../support/tasks.ts';
import { startWeb, type Web } from '../../support/web.ts';

const post = (path: string, body: unknown) => ({
  path,
  init: {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  },
});
const task = (operation: string, params = {}) => post('/api/v1/task', { operation, params, assets_total: 0 });

dialectContract({
  name: 'common-application',
  submissions: {
    quick: () => task('system.echo', { hello: 'world' }),
    slow: () => task('test.echo', { delay_ms: 600_000 }),
    failing: () => task('test.echo', { fail: 'permanent' }),
  },
  accepted: 200,
  idOf: (body) => (body as { data: Task }).data.task_id,
  status: (id) => ({ path: `/api/v1/task?id=${id}` }),
  result: (id) => ({ path: `/api/v1/result?id=${id}` }),
  statusOf: (body) => {
    const { success, message, data } = body as Envelope;
    if (success) return (data as Task).status;
    return message?.includes('cancelled') ? 'cancelled' : 'failed';
  },
  statuses: {
    running: ['CREATED', 'PROCESSING'],
    completed: 'COMPLETED',
    failed: 'failed',
    cancelled: 'cancelled',
  },
  otherRequests: { completed: () => [{ path: '/api/v1/status' }] },
  otherRoutes: [
    'POST /api/v1/assets',
    'DELETE /api/v1/task',
    'GET /api/v1/website/{tenant}/{task_id}/{secret}/{path}',
  ],
  noResult: { running: 404, ended: 404 },
  rejected: {
    'a malformed body': { request: post('/api/v1/task', '{"operation":'), status: 400 },
    'an unknown route': { request: { path: '/api/v1/task/none' }, status: 404 },
    'a wrong method': { request: { path: '/api/v1/assets' }, status: 405 },
    'a body that is too large': { request: post('/api/v1/assets', ' '.repeat(2 ** 21)), status: 413 },
    'a body of another type': {
      request: { path: '/api/v1/task', init: { method: 'POST', body: 'text' } },
      status: 415,
    },
    'a form': {
      request: { path: '/api/v1/assets', init: { method: 'POST', body: new FormData() } },
      status: 415,
    },
    'assets without a body': { request: { path: '/api/v1/assets', init: { method: 'POST' } }, status: 422 },
    'an unknown operation': { request: task('image.nothing'), status: 422 },
    'an unknown parameter': { request: post('/api/v1/task', { params: { tiddle: 'x' } }), status: 422 },
    'a gallery without assets': { request: post('/api/v1/task', { assets_total: 0 }), status: 422 },
    'assets for an unknown task': {
      request: post('/api/v1/assets', { task_id: '0f8fad5b-d9cb-469f-a165-70867728950e', data: [] }),
      status: 404,
    },
    'a status without an id': { request: { path: '/api/v1/task' }, status: 422 },
  },
  expectError: ({ body }) =>
    expect(body).toEqual({
      success: false,
      message: expect.stringMatching(/^.{10,}$/s),
      // Responses of a failed task have its last status in `data`; errors have none.
      data: null,
    }),
});

let darkroom: Darkroom;
let web: Web;

beforeAll(async () => {
  web = await startWeb({
    '/chelsea.jpg': await photo('chelsea.jpg'),
    '/rocket.jpg': await photo('rocket.jpg'),
  });
  darkroom = await startStack({ env: { DARKROOM_TASK_QUIET_SECONDS: '4' } });
});
afterAll(async () => {
  await darkroom.dispose();
  await web.close();
});

test('curl: the requests of the examples', async () => {
  const images = `${web.url}/chelsea.jpg ${web.url}/rocket.jpg`;
  const env = { DARKROOM_URL: darkroom.url, IMAGE_URLS: images };
  const said = (await example('examples/dialects/common-application.sh', env)).trim().split('\n');
  expect(said[0]).toMatch(
    /^\{"success":true,"message":null,"data":\{"task_id":"[-0-9a-f]{36}","attributes":\[\],"assets_per_batch":100\}\}$/,
  );
  const done = '{"success":true,"message":null,"data":null}';
  expect(said.slice(1, 4)).toEqual([done, done, done]);
  expect(said[4]).toMatch(
    /"status":"COMPLETED","assets_downloaded":100,"result_id":"http[^"]+","result_type":"STREAM"/,
  );
  expect(said[5]).toMatch(/^200, application\/octet-stream, \d{5,} bytes$/);
  expect(said.slice(6)).toEqual([
    expect.stringMatching(/^# HELP pending_tasks_total /),
    '# TYPE pending_tasks_total gauge',
    expect.stringMatching(/^pending_tasks_total \d+$/),
    done,
  ]);
});

test('curl: a body without a content type of its own', async () => {
  const refused = await curl('-d', '{}', `${darkroom.url}/api/v1/task`);
  expect(JSON.parse(refused)).toMatchObject({
    success: false,
    message: expect.stringContaining('application/json'),
  });
  const empty = await curl('-d', '', `${darkroom.url}/api/v1/task`);
  expect(JSON.parse(empty)).toMatchObject({ success: true });
});

test('Python: the process flow of the contract, to its last step', async () => {
  const program = `
server, urls = sys.argv[1], sys.argv[2:]
session = requests.Session()

def call(method, path, **more):
    answer = session.request(method, server + path, timeout=30, **more)
    answer.raise_for_status()
    body = answer.json()
    assert set(body) == {"success", "message", "data"}, body
    assert body["success"], body
    return body["data"]

task = call("POST", "/api/v1/task")
pending = list(urls)
while pending:
    batch, pending = pending[:task["assets_per_batch"]], pending[task["assets_per_batch"]:]
    data = [{"file_name": url.split("/")[-1], "attributes": dict.fromkeys(task["attributes"], 0), "download_url": url} for url in batch]
    call("POST", "/api/v1/assets", json={"task_id": task["task_id"], "data": data})
statuses = []
while "COMPLETED" not in statuses:
    state = call("GET", "/api/v1/task", params={"id": task["task_id"]})
    if state["status"] not in statuses: statuses.append(state["status"])
    time.sleep(0.05)
result = session.get(state["result_id"], timeout=30)
call("DELETE", "/api/v1/task", params={"id": task["task_id"]})
gone = session.get(state["result_id"], timeout=30).status_code
print(json.dumps([statuses, state["result_type"], result.headers["content-type"], result.content[:2].decode(), gone]))`;
  const urls = [`${web.url}/chelsea.jpg`, `${web.url}/rocket.jpg`];
  const [statuses, ...rest] = (await python(program, darkroom.url, ...urls)) as [string[], ...string[]];
  const order = ['CREATED', 'DOWNLOADING', 'WAITING', 'PROCESSING', 'COMPLETED'];
  expect(statuses).toEqual(order.filter((status) => statuses.includes(status)));
  expect(rest).toEqual(['STREAM', 'application/octet-stream', 'PK', 404]);
});

test('OpenAPI describes all endpoints, under a tag of their own', async () => {
  const document = (await (await darkroom.request('/openapi/common-application.json')).json()) as {
    paths: Record<string, Record<string, { tags: string[] }>>;
  };
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { tags }]) => tags.includes('common-application'))
      .map(([method]) => `${method.toUpperCase()} ${path}`),
  );
  expect(routes.sort()).toEqual([
    'DELETE /api/v1/task',
    'GET /api/v1/result',
    'GET /api/v1/status',
    'GET /api/v1/task',
    'GET /api/v1/website/{tenant}/{task_id}/{secret}/{path}',
    'POST /api/v1/assets',
    'POST /api/v1/task',
  ]);
});

test('GET /api/v1/status counts the tasks that have not ended, for Prometheus', async () => {
  const tasks = tasksOf(darkroom);
  const pending = async () => {
    const answer = await darkroom.request('/api/v1/status');
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const [, count] = /^pending_tasks_total (\d+)$/m.exec(await answer.text()) ?? [];
    return Number(count);
  };
  const listed = async (): Promise<number> => {
    const answer = await darkroom.request('/v1/jobs?dialect=common-application&limit=200');
    const { jobs } = (await answer.json()) as { jobs: { completed_at: string | null }[] };
    return jobs.filter(({ completed_at }) => completed_at === null).length;
  };
  // Whatever the tests before left behind ends, or is counted.
  const { task_id } = await tasks.create();
  await darkroom.submit({ operation: 'test.echo', params: { delay_ms: 600_000 } });
  await expect.poll(async () => (await pending()) - (await listed())).toBe(0);
  const before = await pending();
  expect(before).toBeGreaterThan(0);
  await tasks.send('DELETE', `/api/v1/task?id=${task_id}`);
  await expect.poll(pending).toBeLessThan(before);
});
