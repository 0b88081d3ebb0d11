/** primaa, line by line of its contract; docs/dialects/primaa.md has the table. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli } from '../../support/cli.ts';
import {
  ALGORITHM,
  IMAGE,
  type PrimaaAnswer,
  posted,
  startPrimaaWeb,
  submission,
  TOKEN,
} from '../../support/clients/primaa/client.ts';
import { curl, example, python } from '../../support/dialect-clients.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';
import type { Web } from '../../support/web.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

let darkroom: Darkroom;
let web: Web;

beforeAll(async () => {
  web = await startPrimaaWeb();
  darkroom = await startStack();
});
afterAll(async () => {
  await darkroom.dispose();
  await web.close();
});

/** Every answer has the same keys, and a code that is its status. */
async function readAnswer(response: Response): Promise<PrimaaAnswer> {
  const body = (await response.json()) as PrimaaAnswer;
  expect(Object.keys(body).slice(0, 4)).toEqual(['code', 'job_id', 'status', 'error']);
  expect(body.code).toBe(response.status);
  return body;
}

/** Contents of the files in a data directory. The server goes on, so a file may be deleted meanwhile: it counts as empty. */
async function bytesBelow(folder: string): Promise<Buffer[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(
    files.map(({ parentPath, name }) =>
      readFile(join(parentPath, name)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return Buffer.alloc(0);
        throw error;
      }),
    ),
  );
}

const submit = async (body: unknown) => readAnswer(await darkroom.request('/job-submission', posted(body)));
const look = async (id: string) => readAnswer(await darkroom.request(`/status/${id}`));

async function accepted(changes: Record<string, unknown> = {}): Promise<string> {
  const answer = await submit(submission(web, changes));
  expect(answer).toMatchObject({ code: 200 });
  return answer.job_id ?? '';
}

async function callbackOf(id: string) {
  const call = () => web.received.find(({ body }) => body.includes(id));
  await expect.poll(call).toBeDefined();
  const { headers = {}, body = '' } = call() ?? {};
  return { headers, text: body, body: JSON.parse(body) as Record<string, unknown> };
}

describe('POST /job-submission', () => {
  test('returns code, job id, Pending and no error', async () => {
    const answer = await submit(submission(web));
    expect(answer).toEqual({
      code: 200,
      job_id: expect.stringMatching(uuid),
      status: 'Pending',
      error: null,
    });
    expect(await darkroom.get(answer.job_id ?? '')).toMatchObject({
      dialect: 'primaa',
      operation: ALGORITHM,
    });
  });

  test('the image is fetched with its query', async () => {
    const id = await accepted();
    await darkroom.until(id, 'completed');
    const manifest = await (await darkroom.request(`/v1/jobs/${id}/result`)).json();
    expect(manifest).toMatchObject({ assets: [{ name: '18-Bronchus-edited.jpeg', status: 'ok' }] });
  });

  test('stores neither the token nor the query in plain text', async () => {
    const id = await accepted();
    await darkroom.until(id, 'completed');
    await callbackOf(id);
    const kept = await bytesBelow(darkroom.dataDir);
    expect(kept.some((bytes) => bytes.includes(id))).toBe(true);
    for (const secret of [TOKEN, 'width=2132']) {
      expect(kept.filter((bytes) => bytes.includes(secret))).toEqual([]);
    }
  });

  test.each([
    ['a missing image_url', { image_url: undefined }, /^image_url: is required$/],
    ['a missing callback_url', { callback_url: undefined }, /^callback_url: is required$/],
    ['a missing callback_token', { callback_token: undefined }, /^callback_token: is required$/],
    ['a missing algorithm_name', { algorithm_name: undefined }, /^algorithm_name: is required$/],
    ['a number as image_url', { image_url: 7 }, /^image_url: must be a string$/],
    [
      'an image_url that is none',
      { image_url: 'no address' },
      /^image_url: must be an absolute http or https URL$/,
    ],
    ['a private image_url', { image_url: 'http://10.0.0.1/a.jpg' }, /^image_url: .*private address/],
    ['a private callback_url', { callback_url: 'http://10.0.0.1/' }, /^callback_url: .*private address/],
    ['an empty callback_token', { callback_token: '' }, /^callback_token: must not be empty$/],
    ['a very long callback_token', { callback_token: 'x'.repeat(4097) }, /^callback_token: /],
    [
      'an unknown algorithm_name',
      { algorithm_name: 'paint' },
      /^algorithm_name: there is no operation "paint"/,
    ],
    [
      'an algorithm that takes no image',
      { algorithm_name: 'system.echo' },
      /^algorithm_name: .*takes no assets/,
    ],
  ] as [string, object, RegExp][])('names %s', async (_, changes, error) => {
    const answer = await submit({ ...submission(web), ...changes });
    expect(answer).toEqual({
      code: 422,
      job_id: null,
      status: 'Failed',
      error: expect.stringMatching(error),
    });
  });

  test('names each invalid field', async () => {
    const { error } = await submit({});
    expect(error?.split('; ').map((part) => part.split(':')[0])).toEqual([
      'image_url',
      'callback_url',
      'callback_token',
      'algorithm_name',
    ]);
  });

  test('another content type, malformed JSON and another method have the same shape', async () => {
    const form = await darkroom.request('/job-submission', { method: 'POST', body: 'image_url=x' });
    expect(await readAnswer(form)).toMatchObject({ code: 415, status: 'Failed' });
    expect(await submit('{"image_url":')).toMatchObject({ code: 400, status: 'Failed' });
    const get = await darkroom.request('/job-submission');
    expect([await readAnswer(get), get.headers.get('allow')]).toMatchObject([{ code: 405 }, 'POST']);
  });
});

test('accepts JSON without a content type, a trailing slash, and unknown fields and parameters', async () => {
  const body = Buffer.from(JSON.stringify({ ...submission(web), priority: 1 }));
  const answer = await darkroom.request('/job-submission/?_=1', {
    method: 'POST',
    body: new Uint8Array(body),
  });
  const { job_id } = (await answer.json()) as PrimaaAnswer;
  expect([answer.status, job_id]).toEqual([200, expect.stringMatching(uuid)]);
  for (const spelled of [`${job_id}/?_=1`, job_id?.toUpperCase(), `{${job_id}}`]) {
    const look = await darkroom.request(`/status/${spelled}`);
    expect([look.status, ((await look.json()) as PrimaaAnswer).job_id]).toEqual([200, job_id]);
  }
});

test('an Idempotency-Key makes one job of a repeated submission', async () => {
  const send = async (changes = {}) => {
    const init = posted(submission(web, changes));
    const headers = { ...init.headers, 'idempotency-key': 'once' };
    return (await (await darkroom.request('/job-submission', { ...init, headers })).json()) as PrimaaAnswer;
  };
  const answers = [...(await Promise.all([send(), send(), send()])), await send()];
  expect(new Set(answers.map(({ job_id }) => job_id)).size).toBe(1);
  expect(answers.map(({ code }) => code)).toEqual([200, 200, 200, 200]);
  const other = await send({ callback_token: 'another' });
  expect(other).toMatchObject({
    code: 422,
    job_id: null,
    error: expect.stringContaining('"once" was sent before'),
  });
});

describe('GET /status/{job_id}', () => {
  test('an unknown job has the same shape', async () => {
    expect(await look('fake')).toEqual({
      code: 404,
      job_id: 'fake',
      status: 'Failed',
      error: 'There is no job "fake"',
    });
  });

  test('is Processing while the job runs, and Failed with an error when it was cancelled', async () => {
    const id = await accepted({ image_url: `${web.url}/silent.jpeg` });
    await expect.poll(async () => (await look(id)).status).toBe('Processing');
    expect(await look(id)).toEqual({ code: 200, job_id: id, status: 'Processing', error: null });
    await darkroom.request(`/v1/jobs/${id}/cancel`, { method: 'POST' });
    await darkroom.until(id, 'cancelled');
    expect(await look(id)).toMatchObject({ status: 'Failed', error: expect.stringMatching(/cancel/i) });
  });

  test('Completed, with the result', async () => {
    const id = await accepted();
    await darkroom.until(id, 'completed');
    const { result, ...rest } = await look(id);
    expect(rest).toEqual({ code: 200, job_id: id, status: 'Completed', error: null });
    const native = (await (await darkroom.request(`/v1/jobs/${id}/result`)).json()) as { data: unknown };
    expect(result).toEqual(native.data);
    expect(result).toBeInstanceOf(Object);
  });

  test('the result of an algorithm that produces files has their addresses', async () => {
    const id = await accepted({ algorithm_name: 'image.transform' });
    await darkroom.until(id, 'completed');
    const { files } = (await look(id)).result as { files: { path: string; url: string }[] };
    expect(files.map(({ path }) => path)).toEqual(['18-Bronchus-edited.jpg']);
    const file = await fetch(files[0]?.url ?? '');
    expect([file.status, file.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
  });

  test('Failed, with the reason', async () => {
    const id = await accepted({ image_url: `${web.url}/text.jpeg` });
    await darkroom.until(id, 'failed');
    expect(await look(id)).toEqual({
      code: 200,
      job_id: id,
      status: 'Failed',
      error: expect.stringContaining('text.jpeg'),
    });
  });
});

describe('the callback', () => {
  test('of a completed job carries the token twice, the id, the status and the result', async () => {
    const id = await accepted();
    const { headers, body, text } = await callbackOf(id);
    const { result } = await look(id);
    expect(body).toEqual({
      code: 200,
      job_id: id,
      status: 'Completed',
      error: null,
      result,
      callback_token: TOKEN,
    });
    expect(headers['authorization']).toBe(`Bearer ${TOKEN}`);
    const { stdout } = await cli(['webhook-secret'], { env: { DARKROOM_DATA: darkroom.dataDir } });
    expect(() => new Webhook(stdout.trim()).verify(text, headers as Record<string, string>)).not.toThrow();
  });

  test('of a job that failed has its error, and no result', async () => {
    const id = await accepted({ image_url: `${web.url}/missing.jpeg` });
    expect((await callbackOf(id)).body).toEqual({
      code: 200,
      job_id: id,
      status: 'Failed',
      error: expect.stringContaining('missing.jpeg'),
      result: null,
      callback_token: TOKEN,
    });
  });
});

describe('clients', () => {
  test('curl: the call of the contract', async () => {
    const answer = await curl(
      '-X',
      'POST',
      `${darkroom.url}/job-submission`,
      '-H',
      'Content-Type: application/json',
      '-d',
      JSON.stringify(submission(web)),
    );
    const { job_id } = JSON.parse(answer) as PrimaaAnswer;
    expect(answer).toBe(JSON.stringify({ code: 200, job_id, status: 'Pending', error: null }));
    await darkroom.until(job_id ?? '', 'completed');
    const status = await curl(`${darkroom.url}/status/${job_id}`);
    expect(JSON.parse(status)).toMatchObject({ code: 200, job_id, status: 'Completed', error: null });
    expect(JSON.parse(await curl(`${darkroom.url}/status/fake`))).toMatchObject({ code: 404 });
  });

  test('Python with requests', async () => {
    const program = `
base, body = sys.argv[1], json.loads(sys.argv[2])
answer = requests.post(base + '/job-submission', json=body)
job = answer.json()
assert (answer.status_code, job['code'], job['status']) == (200, 200, 'Pending'), job
while job['status'] in ('Pending', 'Processing'):
    time.sleep(0.1)
    job = requests.get(base + '/status/' + job['job_id']).json()
print(json.dumps([job['status'], job['error'], type(job['result']).__name__]))
`;
    expect(await python(program, darkroom.url, JSON.stringify(submission(web)))).toEqual([
      'Completed',
      null,
      'dict',
    ]);
  });

  test('the example script', async () => {
    const printed = await example('examples/dialects/primaa.sh', {
      DARKROOM_URL: darkroom.url,
      IMAGE_URL: web.url + IMAGE,
      CALLBACK_URL: `${web.url}/hook`,
      ALGORITHM,
    });
    const lines = printed.trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as PrimaaAnswer).status)).toEqual([
      'Failed',
      'Pending',
      'Completed',
    ]);
  });

  test('the OpenAPI document has the routes under their own tag', async () => {
    expect((await darkroom.request('/docs')).headers.get('content-type')).toMatch(/^text\/html/);
    const { paths } = (await (await darkroom.request('/openapi/primaa.json')).json()) as {
      paths: Record<string, Record<string, { tags: string[] }>>;
    };
    expect(paths['/job-submission']?.['post']?.tags).toEqual(['primaa']);
    expect(paths['/status/{job_id}']?.['get']?.tags).toEqual(['primaa']);
  });
});
