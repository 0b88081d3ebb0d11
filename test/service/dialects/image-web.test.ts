/** image-web, line by line of its contract; docs/dialects/image-web.md has the table. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Field,
  image,
  PICTURE,
  picture,
  readAnswer,
  uuid,
  type WebClient,
  type WebJob,
  webClientOf,
} from '../../support/clients/image-web/client.ts';
import { curl, example, python } from '../../support/dialect-clients.ts';
import { photo } from '../../support/photos.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';
import { storeFiles } from '../../support/store-files.ts';

let darkroom: Darkroom;
let client: WebClient;

beforeAll(async () => {
  darkroom = await startStack();
  client = webClientOf(darkroom);
});
afterAll(() => darkroom.dispose());

describe('POST /jobs', () => {
  test('accepts an image: 202, a UUID, the location in the header and the body', async () => {
    const { status, location, body } = await client.submit(image);
    expect(status).toBe(202);
    expect(body).toMatchObject({ job_id: expect.stringMatching(uuid), status: 'pending', output: null });
    expect([location, body.location]).toEqual([`/jobs/${body.job_id}`, `/jobs/${body.job_id}`]);
    expect(await darkroom.get(body.job_id)).toMatchObject({
      dialect: 'image-web',
      operation: 'image.transform',
    });
  });

  test('keeps the image at input/{id} and the job below jobs/{id}, until the job is deleted', async () => {
    const id = await client.accepted(image);
    const input = join(darkroom.dataDir, 'store/public/input', id);
    expect(await readFile(input)).toEqual(picture);
    await darkroom.until(id, 'completed');
    const ofJob = async () => (await storeFiles(darkroom)).filter((path) => path.includes(id));
    expect(await ofJob()).toEqual(
      expect.arrayContaining([`public/input/${id}`, `public/jobs/${id}/job.json`]),
    );
    expect((await ofJob()).filter((path) => path.includes('/uploads/'))).toEqual([]);
    await darkroom.request(`/v1/jobs/${id}`, { method: 'DELETE' });
    expect(await ofJob()).toEqual([`public/deleted/${id}`]);
    expect((await client.look(id)).status).toBe(404);
  });

  test('another request with the same id does not change the image of a job', async () => {
    const id = await client.completed(image);
    const spec = new File([JSON.stringify({ id, operation: 'image.metadata' })], 'job', {
      type: 'application/json',
    });
    const body = new FormData();
    body.append('job', spec);
    body.append('file', new Blob([new Uint8Array(picture)]), 'other.png');
    expect((await darkroom.request('/v1/jobs', { method: 'POST', body })).status).toBe(409);
    expect(await storeFiles(darkroom)).toContain(`public/input/${id}`);
  });

  test.each([
    ['before', [['width', '20'], ['format', 'webp'], image]],
    ['after', [image, ['width', '20'], ['format', 'webp']]],
  ] as [string, Field[]][])('takes parameters %s the image', async (_, fields) => {
    const id = await client.completed(...fields);
    const output = await darkroom.request(`/jobs/${id}/output`);
    expect(output.headers.get('content-type')).toBe('image/webp');
    expect(await sharp(await output.arrayBuffer()).metadata()).toMatchObject({ format: 'webp', width: 20 });
  });

  test('runs any operation on an image; fields have the types of its schema', async () => {
    const id = await client.completed(
      ['operation', 'image.metadata'],
      image,
      ['include', 'phash'],
      ['include', 'palette'],
    );
    const output = await darkroom.request(`/jobs/${id}/output`);
    expect(output.headers.get('content-type')).toMatch(/^application\/json/);
    const { assets } = (await output.json()) as { assets: object[] };
    expect(assets).toMatchObject([{ name: PICTURE, width: 80, height: 40, phash: expect.any(String) }]);
    expect(assets[0]).not.toHaveProperty('sharpness');
  });
});

test('ignores fields that are no parameters and other files, and names them', async () => {
  // A web page's button, what Uppy adds to each upload, and a file input that was left empty.
  const extras: Field[] = [
    ['submit', 'Upload'],
    ['relativePath', 'null'],
    ['name', PICTURE],
    ['type', 'image/png'],
  ];
  const id = await client.completed(
    ...extras,
    image,
    ['width', '20'],
    ['mask', new Uint8Array()],
    ['_', '1'],
  );
  const output = await darkroom.request(`/jobs/${id}/output`);
  expect((await sharp(Buffer.from(await output.arrayBuffer())).metadata()).width).toBe(20);
  const { body } = await client.look(id);
  expect(body.message).toBe(
    'The output is ready. These form fields were ignored: submit, relativePath, name, type, _, mask',
  );
});

test('finds a job by any spelling of its id, and ignores query parameters and a trailing slash', async () => {
  const id = await client.completed(image);
  for (const spelled of [id.toUpperCase(), `{${id}}`, `${id}/`, `${id}?_=1`])
    expect(await client.look(spelled)).toMatchObject({ status: 201, body: { job_id: id } });
  expect((await darkroom.request(`/jobs/{${id.toUpperCase()}}/output`)).status).toBe(200);
});

describe('GET /jobs/{job_id}', () => {
  test('200 while pending, processing or failed; 201 with the output once completed', async () => {
    const id = await client.accepted(['operation', 'test.echo'], ['delay_ms', '600000'], image);
    await darkroom.until(id, 'processing');
    expect(await client.look(id)).toMatchObject({
      status: 200,
      location: null,
      body: { job_id: id, status: 'processing', location: `/jobs/${id}`, output: null },
    });
    await darkroom.request(`/v1/jobs/${id}/cancel`, { method: 'POST' });
    await darkroom.until(id, 'cancelled');
    const { status, body } = await client.look(id);
    expect([status, body.status]).toEqual([200, 'failed']);
    expect(body.message).toMatch(/cancel/i);

    const done = await client.completed(image);
    const output = `/jobs/${done}/output`;
    expect(await client.look(done)).toMatchObject({
      status: 201,
      location: output,
      body: { job_id: done, status: 'completed', location: output, output },
    });
    const times = (await client.look(done)).body;
    expect(new Date(times.updated_at).getTime()).toBeGreaterThan(new Date(times.created_at).getTime());
  });

  test('a failed job has the reason in `message`', async () => {
    const id = await client.accepted(['image', Buffer.from('no image at all'), 'notes.txt']);
    await darkroom.until(id, 'failed');
    const { status, body } = await client.look(id);
    expect([status, body.status]).toEqual([200, 'failed']);
    expect(body.message).toContain('notes.txt');
  });

  test('404 for an unknown job, with a message', async () => {
    expect(await client.look('88cf3e0e-9df3-4e2a-9638-72660958344f')).toMatchObject({
      status: 404,
      body: { message: expect.stringContaining('88cf3e0e'), code: 'job_not_found' },
    });
  });
});

describe('GET /jobs/{job_id}/output', () => {
  test('the image with its media type, also in ranges', async () => {
    const id = await client.completed(image);
    const output = await darkroom.request(`/jobs/${id}/output`);
    expect([output.status, output.headers.get('content-type')]).toEqual([200, 'image/png']);
    const bytes = Buffer.from(await output.arrayBuffer());
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'png', width: 80, height: 40 });
    const part = await darkroom.request(`/jobs/${id}/output`, { headers: { range: 'bytes=1-3' } });
    expect([part.status, await part.text()]).toEqual([206, 'PNG']);
  });

  test('202 with the location of the job before completion, 404 as JSON without output', async () => {
    const id = await client.accepted(['operation', 'test.echo'], ['delay_ms', '600000'], image);
    const pending = await readAnswer(await darkroom.request(`/jobs/${id}/output`));
    expect(pending).toMatchObject({
      status: 202,
      location: `/jobs/${id}`,
      body: { job_id: id, location: `/jobs/${id}` },
    });
    await darkroom.request(`/v1/jobs/${id}/cancel`, { method: 'POST' });
    await darkroom.until(id, 'cancelled');
    const none = await readAnswer(await darkroom.request(`/jobs/${id}/output`));
    expect(none).toMatchObject({ status: 404, body: { message: expect.stringContaining(id) } });
  });
});

describe('clients', () => {
  test('curl: the call of the contract', async () => {
    const answer = await curl(
      '-X',
      'POST',
      '-F',
      'image=@examples/photos/chelsea.jpg',
      `${darkroom.url}/jobs`,
    );
    const { job_id, location } = JSON.parse(answer) as WebJob;
    expect(location).toBe(`/jobs/${job_id}`);
    await darkroom.until(job_id, 'completed');
    const status = await curl(
      '-o',
      '/dev/null',
      '-w',
      '%{http_code} %header{location}',
      darkroom.url + location,
    );
    expect(status).toBe(`201 /jobs/${job_id}/output`);
  });

  test('Python with requests', async () => {
    const program = `
base = sys.argv[1]
with open('examples/photos/coffee.jpg', 'rb') as image:
    answer = requests.post(base + '/jobs', files={'image': image}, data={'width': 64, 'format': 'png'})
assert answer.status_code == 202, answer.text
assert answer.json()['location'] == answer.headers['location']
while True:
    status = requests.get(base + answer.headers['location'])
    assert status.status_code in (200, 201), status.text
    if status.status_code == 201:
        break
    time.sleep(0.1)
output = requests.get(base + status.headers['location'])
print(json.dumps([status.json()['status'], output.headers['content-type'], output.content[1:4].decode()]))
`;
    expect(await python(program, darkroom.url)).toEqual(['completed', 'image/png', 'PNG']);
  });

  test('fetch', async () => {
    const id = await client.completed(['image', await photo('chelsea.jpg'), 'chelsea.jpg'], ['width', '64']);
    const { location } = await client.look(id);
    const output = await fetch(new URL(location ?? '', darkroom.url));
    expect(await sharp(await output.arrayBuffer()).metadata()).toMatchObject({ format: 'jpeg', width: 64 });
  });

  test('the example script', async () => {
    const printed = await example('examples/dialects/image-web.sh', { DARKROOM_URL: darkroom.url });
    expect(printed).toMatch(/"status":"completed"[^\n]*\nimage\/webp, \d+ bytes\n/);
    expect(printed.trimEnd().split('\n').at(-1)).toContain('"status":"failed","message":"width: ');
  });

  test('the OpenAPI document has the routes under their own tag', async () => {
    const { paths } = (await (await darkroom.request('/openapi/image-web.json')).json()) as {
      paths: Record<string, Record<string, { tags: string[] }>>;
    };
    for (const [path, method] of [
      ['/jobs', 'post'],
      ['/jobs/{job_id}', 'get'],
      ['/jobs/{job_id}/output', 'get'],
    ] as const)
      expect(paths[path]?.[method]?.tags).toEqual(['image-web']);
  });
});
