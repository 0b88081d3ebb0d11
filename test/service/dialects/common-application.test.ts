/** common-application, line by line of its contract; docs/dialects/common-application.md has the table. */
import { randomUUID } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GatedWeb, startGatedWeb } from '../../support/gated-web.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';
import { storeFiles } from '../../support/store-files.ts';
import { type AssetData, type Envelope, type Tasks, tasksOf } from '../../support/tasks.ts';
import { unzip } from '../../support/unzip.ts';

let darkroom: Darkroom;
let web: GatedWeb;
let tasks: Tasks;

beforeAll(async () => {
  web = await startGatedWeb();
  darkroom = await startStack({
    env: { DARKROOM_TASK_QUIET_SECONDS: '4', DARKROOM_TASK_ASSETS_PER_BATCH: '3' },
  });
  tasks = tasksOf(darkroom);
});
afterAll(async () => {
  web.release();
  await darkroom.dispose();
  await web.close();
});

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const red = (file_name = 'red.jpg'): AssetData => ({
  file_name,
  attributes: { longitude: 14.42, note: { any: ['JSON', null] } },
  download_url: `${web.url}/0.jpg`,
});
const blue = (file_name = 'blue.jpg'): AssetData => ({
  file_name,
  attributes: {},
  download_url: `${web.url}/1.jpg`,
});
const taken = { status: 200, body: { success: true, message: null, data: null } };
const failure = (status: number, message: unknown) => ({
  status,
  body: { success: false, message, data: null },
});

async function completed(body: unknown, ...assets: AssetData[]): Promise<string> {
  const { task_id } = await tasks.create(body);
  expect(await tasks.give(task_id, assets, true)).toEqual(taken);
  await tasks.until(task_id, 'COMPLETED');
  return task_id;
}

describe('POST /api/v1/task', () => {
  test('needs no body and no content type, and returns id, attributes and batch size', async () => {
    const answer = await darkroom.request('/api/v1/task', { method: 'POST' });
    const body = (await answer.json()) as { data: { task_id: string } };
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(body).toEqual({
      success: true,
      message: null,
      data: { task_id: expect.stringMatching(uuid), attributes: [], assets_per_batch: 3 },
    });
    const { task_id } = body.data;
    expect(await darkroom.get(task_id)).toMatchObject({
      dialect: 'common-application',
      operation: 'image.gallery',
    });
    expect(await tasks.look(task_id)).toEqual({
      status: 200,
      body: {
        success: true,
        message: null,
        data: { task_id, status: 'CREATED', assets_downloaded: 0, result_id: null, result_type: null },
      },
    });
  });

  test('accepts an operation with parameters, or parameters of the configured operation', async () => {
    const named = await tasks.create({
      operation: 'system.echo',
      params: { hello: 'world' },
      assets_total: null,
    });
    expect(await tasks.until(named.task_id, 'COMPLETED')).toMatchObject({ result_type: 'JSON' });
    const laid = await completed({ params: { title: 'Survey' } }, red());
    // Still a ZIP, as configured, and with the title.
    const files = unzip(Buffer.from(await (await tasks.result(laid)).arrayBuffer()));
    expect(files.get('index.html')?.toString()).toContain('Survey');
  });

  test('creates one task for a repeated Idempotency-Key, and counts its asset calls once', async () => {
    const key = { 'idempotency-key': randomUUID(), 'content-type': 'application/json' };
    const create = async () =>
      (await (await darkroom.request('/api/v1/task', { method: 'POST', headers: key })).json()) as Envelope;
    const first = await create();
    expect(await create()).toEqual(first);
    const { task_id } = first.data as { task_id: string };
    const body = JSON.stringify({ task_id, data: [red()] });
    for (const _ of [1, 2]) {
      const answer = await darkroom.request('/api/v1/assets', { method: 'POST', headers: key, body });
      expect(answer.status).toBe(200);
    }
    expect((await darkroom.get(task_id)).assets.total).toBe(1);
  });

  test('ignores unknown fields and query parameters, and a trailing slash', async () => {
    const answer = await tasks.send('POST', '/api/v1/task/?_=1', {
      name: 'Field 7',
      webhook: null,
      priority: 3,
    });
    expect(answer).toMatchObject({ status: 200, body: { success: true } });
    const { task_id } = answer.body.data as { task_id: string };
    const data = [{ ...red(), size: 1 }];
    expect(await tasks.send('POST', '/api/v1/assets/', { task_id, data, source: 'drone', batch: 1 })).toEqual(
      taken,
    );
    expect(await tasks.send('GET', `/api/v1/task/?id=${task_id}&_=1`)).toMatchObject({ status: 200 });
    expect((await darkroom.get(task_id)).assets.total).toBe(1);
  });
});

describe('processing starts when the input is complete', () => {
  test('at assets_total, after any time; the status never goes back', async () => {
    const { task_id } = await tasks.create({ assets_total: 3 });
    expect((await tasks.look(task_id)).body.data.status).toBe('CREATED');
    web.hold();
    expect(await tasks.give(task_id, [red()])).toEqual(taken);
    expect(await tasks.until(task_id, 'DOWNLOADING')).toMatchObject({ assets_downloaded: 0 });
    web.release();
    expect(await tasks.until(task_id, 'WAITING')).toMatchObject({ assets_downloaded: 33 });
    web.hold();
    // Longer than the quiet period of tasks whose size is unknown.
    await new Promise((resolve) => setTimeout(resolve, 4500));
    expect(await tasks.give(task_id, [blue(), blue()])).toEqual(taken);
    await darkroom.until(task_id, 'downloading');
    expect((await tasks.look(task_id)).body.data).toMatchObject({ status: 'WAITING', assets_downloaded: 33 });
    expect(await tasks.give(task_id, [red()])).toEqual(failure(409, expect.stringContaining('task')));
    web.release();
    expect(await tasks.until(task_id, 'COMPLETED')).toEqual({
      task_id,
      status: 'COMPLETED',
      assets_downloaded: 100,
      result_id: `${darkroom.url}/api/v1/result?id=${task_id}`,
      result_type: 'STREAM',
    });
  });

  test('rejects a call beyond assets_total as a whole, and stays open', async () => {
    const { task_id } = await tasks.create({ assets_total: 2 });
    expect(await tasks.give(task_id, [red()])).toEqual(taken);
    const refused = await tasks.give(task_id, [red(), blue()]);
    expect(refused).toEqual(failure(409, 'With these the task would have 3 assets; it takes 2'));
    expect(await tasks.give(task_id, [blue()])).toEqual(taken);
    await tasks.until(task_id, 'COMPLETED');
    expect((await darkroom.get(task_id)).assets).toEqual({ total: 2, downloaded: 2, failed: 0 });
  });

  test('with `final`, also in a call without assets', async () => {
    const { task_id } = await tasks.create();
    await tasks.give(task_id, [red()]);
    expect(await tasks.give(task_id, [], true)).toEqual(taken);
    await tasks.until(task_id, 'COMPLETED');
    const late = await tasks.give(task_id, [blue()]);
    expect(late).toEqual(failure(409, expect.stringContaining('takes no more assets')));
    expect((await darkroom.get(task_id)).assets.total).toBe(1);
  });

  test('after a quiet period, which restarts with each call', async () => {
    const { task_id } = await tasks.create();
    await tasks.give(task_id, [red()]);
    expect(await tasks.until(task_id, 'WAITING')).toMatchObject({ assets_downloaded: 100, result_id: null });
    await tasks.give(task_id, [blue()]);
    await tasks.until(task_id, 'COMPLETED');
    expect((await darkroom.get(task_id)).assets.total).toBe(2);
  });
});

test.each([
  (id: string) => id.toUpperCase(),
  (id: string) => `{${id}}`,
  (id: string) => `{${id.toUpperCase()}}`,
  (id: string) => `urn:uuid:${id}`,
  (id: string) => id.replaceAll('-', ''),
])('a task is found by any spelling of its UUID (%s)', async (spell) => {
  const { task_id } = await tasks.create({ operation: 'image.transform', params: { width: 32 } });
  const spelled = spell(task_id);
  const body = { task_id: spelled, data: [red()], final: true };
  expect(await tasks.send('POST', '/api/v1/assets', body)).toEqual(taken);
  expect(await tasks.until(encodeURIComponent(spelled), 'COMPLETED')).toMatchObject({ task_id });
  expect((await tasks.result(encodeURIComponent(spelled))).status).toBe(200);
  expect(await tasks.send('DELETE', `/api/v1/task?id=${encodeURIComponent(spelled)}`)).toEqual(taken);
  expect((await tasks.look(task_id)).status).toBe(404);
});

describe('POST /api/v1/assets', () => {
  test('accepts a call without assets, which changes nothing', async () => {
    const { task_id } = await tasks.create();
    expect(await tasks.give(task_id, [])).toEqual(taken);
    expect((await darkroom.get(task_id)).assets.total).toBe(0);
    expect(await tasks.give(task_id, [red()])).toEqual(taken);
    const nobody = await tasks.give('0f8fad5b-d9cb-469f-a165-708677289501', []);
    expect(nobody).toEqual(failure(404, expect.stringContaining('There is no task')));
  });

  test('names assets after the last part of a path, and those without a name after their URL', async () => {
    const { task_id } = await tasks.create({ operation: 'image.metadata', params: {} });
    const names = ['DCIM/100MEDIA/DJI_0042.jpg', 'C:\\photos\\a.jpg', '../../etc/passwd'];
    expect(await tasks.give(task_id, names.map(red))).toEqual(taken);
    expect(await tasks.give(task_id, ['', '..', 'IMG%20001.jpg'].map(red), true)).toEqual(taken);
    await tasks.until(task_id, 'COMPLETED');
    const answer = await darkroom.request(`/v1/jobs/${task_id}/result`);
    const { assets } = (await answer.json()) as { assets: { name: string }[] };
    const expected = ['DJI_0042.jpg', 'a.jpg', 'passwd', '0.jpg', '0.jpg', 'IMG%20001.jpg'];
    expect(assets.map(({ name }) => name)).toEqual(expected);
  });

  test('rejects a call beyond assets_per_batch as a whole', async () => {
    const { task_id, assets_per_batch } = await tasks.create();
    const batch = Array.from({ length: assets_per_batch + 1 }, () => red());
    const refused = await tasks.give(task_id, batch);
    expect(refused).toEqual(failure(422, 'data: takes at most 3 assets in one call; send them in several'));
    expect((await darkroom.get(task_id)).assets.total).toBe(0);
    expect(await tasks.give(task_id, batch.slice(1))).toEqual(taken);
  });

  test.each([
    ['no name', { file_name: undefined as unknown as string }, 'data[1].file_name: '],
    ['no URL', { download_url: undefined }, 'data[1].download_url: '],
    [
      'another scheme',
      { download_url: 'file:///etc/passwd' },
      'data[1].download_url: must be an absolute http',
    ],
    ['a password', { download_url: 'http://a:b@example.com/' }, 'data[1].download_url: must not carry'],
    ['a private address', { download_url: 'http://10.0.0.1/x.jpg' }, 'data[1].download_url: '],
    ['cloud metadata', { download_url: 'http://169.254.169.254/latest' }, 'data[1].download_url: '],
    ['attributes that are a list', { attributes: ['longitude'] }, 'data[1].attributes: '],
    [
      'attributes without end',
      { attributes: { x: 'x'.repeat(20_000) } },
      'data[1].attributes: must be at most',
    ],
  ])('rejects the whole call when an asset has %s, and names the field', async (_, wrong, message) => {
    const { task_id } = await tasks.create();
    const data = [red(), { ...blue(), ...wrong } as AssetData];
    const { status, body } = await tasks.give(task_id, data);
    expect({ status, body }).toEqual(failure(422, expect.stringContaining(message)));
    expect((await darkroom.get(task_id)).assets.total).toBe(0);
  });

  test('accepts equal names, names in any script, and unknown fields', async () => {
    const names = ['same.jpg', 'same.jpg', 'Žižkov ✓.jpg'];
    const { task_id } = await tasks.create({ operation: 'image.transform', params: { width: 32 } });
    const data = names.map((name) => ({ ...red(name), checksum: 'not ours' }));
    expect(await tasks.give(task_id, data, true)).toEqual(taken);
    await tasks.until(task_id, 'COMPLETED');
    const files = unzip(Buffer.from(await (await tasks.result(task_id)).arrayBuffer()));
    expect([...files.keys()].sort()).toEqual(['same-2.jpg', 'same.jpg', 'Žižkov ✓.jpg'].sort());
  });

  test('passes attributes to the operation unchanged', async () => {
    const id = await completed({ params: { as: 'json' } }, red());
    const result = (await (await tasks.result(id)).json()) as { entries: { attributes: unknown }[] };
    expect(result.entries[0]?.attributes).toEqual(red().attributes);
  });
});

describe('GET /api/v1/result', () => {
  test('STREAM of one file: the file as an attachment', async () => {
    const id = await completed({ operation: 'image.transform', params: { width: 32 } }, red('r ž.jpg'));
    const answer = await tasks.result(id);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/octet-stream']);
    expect(answer.headers.get('content-disposition')).toBe(
      `attachment; filename="r _.jpg"; filename*=UTF-8''r%20%C5%BE.jpg`,
    );
    expect(await sharp(Buffer.from(await answer.arrayBuffer())).metadata()).toMatchObject({ width: 32 });
  });

  test('STREAM of several files: a ZIP', async () => {
    const id = await completed({ operation: 'image.transform', params: { width: 32 } }, red(), blue());
    const answer = await tasks.result(id);
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect(answer.headers.get('content-disposition')).toContain(`attachment; filename="${id}.zip"`);
    const files = unzip(Buffer.from(await answer.arrayBuffer()));
    expect([...files.keys()]).toEqual(['red.jpg', 'blue.jpg']);
    for (const bytes of files.values()) expect(await sharp(bytes).metadata()).toMatchObject({ width: 32 });
  });

  test('JSON: the result itself, without an envelope', async () => {
    const { task_id } = await tasks.create({ operation: 'system.echo', params: { hello: ['world'] } });
    expect(await tasks.until(task_id, 'COMPLETED')).toMatchObject({ result_type: 'JSON' });
    const answer = await tasks.result(task_id);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(await answer.json()).toEqual({ hello: ['world'] });
  });

  test('WEBSITE: the address of a page', async () => {
    const id = await completed({ operation: 'image.gallery', params: { title: 'Survey' } }, red(), blue());
    expect((await tasks.look(id)).body.data).toMatchObject({ result_type: 'WEBSITE' });
    const { data } = (await (await tasks.result(id)).json()) as { data: string };
    const page = await fetch(data);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html']);
    const text = await page.text();
    expect(text).toContain('Survey');
    const [, picture = ''] = /src="([^"]+\.webp)"/.exec(text) ?? [];
    expect((await fetch(new URL(picture, data))).status).toBe(200);
  });

  test('the results are kept forever, also after a rerun, because the address of a website is permanent', async () => {
    const { task_id: task } = await tasks.create({
      operation: 'system.echo',
      params: { n: 1 },
      assets_total: 0,
    });
    expect(await darkroom.until(task, 'completed')).toMatchObject({ state: 'completed', expires_at: null });
    const request = await darkroom.request(`/v1/jobs/${task}/request`);
    expect(await request.json()).toMatchObject({ keep_days: null });
    await darkroom.request(`/v1/jobs/${task}/rerun`, { method: 'POST' });
    await expect.poll(async () => (await darkroom.get(task)).run).toBe(2);
    expect(await darkroom.until(task, 'completed')).toMatchObject({ run: 2, expires_at: null });
    const { id } = await darkroom.submit({ operation: 'system.echo', params: { n: 1 } });
    expect((await darkroom.until(id, 'completed')).expires_at).not.toBeNull();
  });
});

test('a failed task: 200, success false, the reason and the last status; its result is 404', async () => {
  const { task_id } = await tasks.create();
  await darkroom.until(task_id, 'waiting');
  const missing = { ...red('job.jpg'), download_url: `${web.url}/none.jpg` };
  await tasks.give(task_id, [missing], true);
  await darkroom.until(task_id, 'failed');
  const { status, body } = await tasks.look(task_id);
  expect([status, body]).toEqual([
    200,
    {
      success: false,
      message: expect.stringMatching(/"job\.jpg".*404/),
      data: { task_id, status: 'DOWNLOADING', assets_downloaded: 0, result_id: null, result_type: null },
    },
  ]);
  const result = await tasks.result(task_id);
  expect([result.status, await result.json()]).toEqual([404, { ...body, data: null }]);
});

test('DELETE /api/v1/task erases everything, also of a running task', async () => {
  const done = await completed({}, red());
  const { task_id: running } = await tasks.create();
  await tasks.give(running, [red()]);
  for (const id of [done, running]) {
    expect(await tasks.send('DELETE', `/api/v1/task?id=${id}`)).toEqual(taken);
    for (const gone of [await tasks.look(id), await tasks.give(id, [red()])])
      expect(gone).toEqual(failure(404, expect.stringContaining(`There is no task "${id}"`)));
    expect((await tasks.result(id)).status).toBe(404);
    const kept = async () => (await storeFiles(darkroom)).filter((path) => path.includes(id));
    // While it runs, a step may hear of it late: there is to be another look.
    const look = expect.stringMatching(new RegExp(`^_due/\\d+~public~${id}~00000~remains$`));
    const left = [...(id === running ? [look] : []), `public/deleted/${id}`];
    await expect.poll(kept).toEqual(left);
  }
});
