/** image-web: what is not accepted is a job that failed. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Field,
  formOf,
  image,
  PICTURE,
  picture,
  readAnswer,
  uuid,
  type WebClient,
  webClientOf,
} from '../../support/clients/image-web/client.ts';
import { freePort } from '../../support/ports.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';
import { storeFiles } from '../../support/store-files.ts';

let darkroom: Darkroom;
let client: WebClient;

beforeAll(async () => {
  darkroom = await startStack({
    env: { DARKROOM_MAX_ASSET_BYTES: '1M', DARKROOM_MAX_UPLOAD_BYTES: '2M' },
  });
  client = webClientOf(darkroom);
});
afterAll(() => darkroom.dispose());

describe('an Idempotency-Key', () => {
  const submit = async (key: string, ...fields: readonly Field[]) =>
    readAnswer(
      await darkroom.request('/jobs', { ...formOf(...fields), headers: { 'idempotency-key': key } }),
    );

  test('creates one job for a repeated form, with the same response', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => submit('one', image, ['width', '20'])));
    const again = await submit('one', ['width', '20'], image);
    for (const answer of [...answers, again]) {
      expect(answer).toMatchObject({ status: 202, body: { job_id: again.body.job_id } });
      expect(answer.location).toBe(`/jobs/${again.body.job_id}`);
    }
    await expect.poll(async () => (await client.look(again.body.job_id)).status).toBe(201);
    expect((await darkroom.request(`/jobs/${again.body.job_id}/output`)).status).toBe(200);
    expect(await submit('one', image, ['width', '20'])).toMatchObject({
      status: 202,
      body: { output: expect.any(String) },
    });
  });

  test('of another form is rejected', async () => {
    await submit('two', image, ['width', '20']);
    const other = await submit('two', image, ['width', '21']);
    expect(other).toMatchObject({
      status: 500,
      body: { message: expect.stringContaining('"two" was sent before') },
    });
  });

  test('creates one failed job for a rejected form, and a job once it is corrected', async () => {
    const first = await submit('three', image, ['width', 'wide']);
    const second = await submit('three', image, ['width', 'wide']);
    expect(first.status).toBe(500);
    expect(second).toEqual(first);
    expect(await submit('three', image, ['width', '20'])).toMatchObject({ status: 202 });
  });
});

describe('a submission that is not accepted', () => {
  const cases: [string, Field[], RegExp][] = [
    ['a bad parameter', [image, ['width', 'wide']], /^width: must be a whole number/],
    ['a parameter out of its range', [image, ['quality', '101']], /^quality: /],
    [
      'a number that JavaScript would change',
      [['operation', 'test.echo'], ['seed', '9007199254740993'], image],
      /^seed: must be a whole number from -9007199254740991/,
    ],
    ['an unknown operation', [['operation', 'image.paint'], image], /^operation: .*image\.paint/],
    ['an operation that takes no image', [['operation', 'system.echo'], image], /^image: .*takes no assets/],
    ['no image', [['width', '3']], /^image: is missing/],
    ['an image that is a field', [['image', 'text']], /^image: must be a file/],
    ['two images', [image, image], /^image: comes twice/],
    ['another file', [['photo', picture, PICTURE]], /^image: .*"photo"/],
    ['an empty file', [['image', new Uint8Array()]], /empty/],
  ];

  test.each(cases)('%s: 500, and a failed job with the reason', async (_, fields, why) => {
    const { status, location, body } = await client.submit(...fields);
    expect(status).toBe(500);
    expect(body).toMatchObject({ job_id: expect.stringMatching(uuid), status: 'failed', output: null });
    expect(body.message).toMatch(why);
    expect([location, body.location]).toEqual([`/jobs/${body.job_id}`, `/jobs/${body.job_id}`]);
    expect(await client.look(body.job_id)).toEqual({ status: 200, location: null, body });
    expect((await darkroom.request(`/jobs/${body.job_id}/output`)).status).toBe(404);
    expect(await darkroom.get(body.job_id)).toMatchObject({
      state: 'failed',
      dialect: 'image-web',
      error: { message: body.message },
    });
    const stored = (await storeFiles(darkroom)).filter((path) => path.includes(body.job_id));
    expect(stored).toContain(`public/jobs/${body.job_id}/job.json`);
  });

  test('does not store its image', async () => {
    const inputs = async () => (await storeFiles(darkroom)).filter((path) => path.includes('/input/'));
    const before = await inputs();
    await client.submit(image, ['width', 'wide']);
    await client.submit(image, image);
    expect(await inputs()).toEqual(before);
    expect((await storeFiles(darkroom)).filter((path) => path.startsWith('_uploading/'))).toEqual([]);
  });

  test('is listed after the jobs that ran, cannot be rerun, and can be deleted', async () => {
    const refused = (await client.submit(image, ['width', 'wide'])).body.job_id;
    const ids: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const more: string = cursor && `&cursor=${encodeURIComponent(cursor)}`;
      const page = await darkroom.request(`/v1/jobs?dialect=image-web&state=failed&limit=2${more}`);
      const { jobs, next_cursor } = (await page.json()) as {
        jobs: { id: string }[];
        next_cursor: string | null;
      };
      ids.push(...jobs.map(({ id }) => id));
      cursor = next_cursor;
    }
    expect(ids.filter((id) => id === refused)).toHaveLength(1);
    expect(new Set(ids).size).toBe(ids.length);
    const post = { method: 'POST' };
    expect((await darkroom.request(`/v1/jobs/${refused}/rerun`, post)).status).toBe(409);
    expect((await darkroom.request(`/v1/jobs/${refused}/cancel`, post)).status).toBe(409);
    expect((await darkroom.request(`/v1/jobs/${refused}`, { method: 'DELETE' })).status).toBe(204);
    expect((await client.look(refused)).status).toBe(404);
    const stored = (await storeFiles(darkroom)).filter((path) => path.includes(refused));
    expect(stored).toEqual([`public/deleted/${refused}`]);
  });

  test('a malformed form becomes a failed job', async () => {
    const response = await darkroom.request('/jobs', {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      body: '--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\nhalf',
    });
    const { status, location, body } = await readAnswer(response);
    expect([status, body.status, location]).toEqual([500, 'failed', `/jobs/${body.job_id}`]);
  });

  test.each<[string, RequestInit]>([
    ['nothing', {}],
    ['text', { body: 'image' }],
    ['JSON', { headers: { 'content-type': 'application/json' }, body: '{}' }],
    ['another multipart type', { headers: { 'content-type': 'multipart/mixed; boundary=b' }, body: '--b--' }],
    ['an image without a form', { headers: { 'content-type': 'image/png' }, body: new Uint8Array(picture) }],
  ])('of %s: 500, and a failed job', async (_, init) => {
    const { status, location, body } = await readAnswer(
      await darkroom.request('/jobs/', { method: 'POST', ...init }),
    );
    expect([status, body.status, location]).toEqual([500, 'failed', `/jobs/${body.job_id}`]);
    expect(body.message).toContain('multipart/form-data');
    expect(await client.look(body.job_id)).toMatchObject({ status: 200, body: { status: 'failed' } });
  });

  test('is kept for a day at most', async () => {
    const { body } = await client.submit(image, ['width', 'wide']);
    const { created_at, expires_at } = await darkroom.get(body.job_id);
    expect(Date.parse(expires_at ?? '') - Date.parse(created_at)).toBe(24 * 60 * 60 * 1000);
  });

  test('is 413 without a job if it is too large', async () => {
    const jobs = async () => (await storeFiles(darkroom)).filter((path) => /\/(jobs|refused)\//.test(path));
    const before = await jobs();
    const large = await client.submit(['image', new Uint8Array(1.5 * 2 ** 20)]);
    expect(large).toMatchObject({ status: 413, location: null, body: { message: expect.any(String) } });
    expect(await jobs()).toEqual(before);
  });

  test('while Temporal is down: 500, and a failed job', async () => {
    const env = { TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}` };
    const alone = await startStack({ command: 'api', env, skipReadiness: true });
    try {
      await expect.poll(async () => (await alone.request('/healthz').catch(() => null))?.status).toBe(200);
      const { status, location, body } = await readAnswer(await alone.request('/jobs', formOf(image)));
      expect([status, location, body.status]).toEqual([500, `/jobs/${body.job_id}`, 'failed']);
      expect(body.message).toContain('Temporal');
      expect(await readAnswer(await alone.request(`/jobs/${body.job_id}`))).toMatchObject({
        status: 200,
        body,
      });
      // Nobody knows of this one.
      const id = '88cf3e0e-9df3-4e2a-9638-72660958344f';
      expect(await readAnswer(await alone.request(`/jobs/${id}`))).toMatchObject({ status: 500 });
    } finally {
      await alone.dispose();
    }
  });
});
