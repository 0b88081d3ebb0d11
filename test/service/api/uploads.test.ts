/** Jobs that bring their files along, from the clients that people use. */
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Manifest } from '../../../src/jobs/model/result.ts';
import { jobPart, partHead, sendForm } from '../../support/form-client.ts';
import { photo } from '../../support/photos.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';
import { storeFiles, unsettledFiles } from '../../support/store-files.ts';

const run = promisify(execFile);
const lacksCurl = spawnSync('curl', ['--version']).status !== 0;
const lacksPython = spawnSync('python3', ['--version']).status !== 0;
const lacksRequests = spawnSync('python3', ['-c', 'import requests']).status !== 0;
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');
const pathOf = (name: string) => fileURLToPath(new URL(`../../../examples/photos/${name}`, import.meta.url));

let darkroom: Darkroom;
let folder: string;
let jobs: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-clients-'));
  darkroom = await startStack();
  jobs = `${darkroom.url}/v1/jobs`;
});
afterAll(async () => {
  await darkroom.dispose();
  await rm(folder, { recursive: true, force: true });
});

/** Name and digest of each asset of a job, once it has completed. */
async function assetsOf(id: string): Promise<[string, string | null][]> {
  expect(await darkroom.until(id, 'completed', 'failed')).toMatchObject({ state: 'completed', error: null });
  const { assets } = (await (await darkroom.request(`/v1/jobs/${id}/result`)).json()) as Manifest;
  return assets.map(({ name, sha256 }) => [name, sha256]);
}

const echo = (assets: unknown[], more = {}) => ({ operation: 'test.echo', assets, ...more });
const upload = (name: string) => ({ source: { upload: name } });

/** Chelsea by its name, and Coffee by no name at all. */
const catAndCoffee = {
  operation: 'image.transform',
  params: { width: 64 },
  assets: [{ ...upload('cat'), name: 'the cat.jpg' }],
};

async function expectCatAndCoffee(answer: string): Promise<void> {
  const { id, state, assets } = JSON.parse(answer) as Record<string, unknown>;
  expect({ state, assets }).toEqual({ state: 'created', assets: { total: 2, downloaded: 0, failed: 0 } });
  expect(await assetsOf(String(id))).toEqual([
    ['the cat.jpg', sha256(await photo('chelsea.jpg'))],
    ['coffee.jpg', sha256(await photo('coffee.jpg'))],
  ]);
  const { files } = (await (await darkroom.request(`/v1/jobs/${String(id)}/files`)).json()) as Manifest;
  expect(files.map(({ path }) => path)).toEqual(['the cat.jpg', 'coffee.jpg']);
}

describe('clients', () => {
  test.skipIf(lacksCurl).each<[string, (spec: string) => string]>([
    ['a field', (spec) => `job=${spec};type=application/json`],
    ['a field without a type', (spec) => `job=${spec}`],
    ['the content of a file', () => 'job=<job.json'],
    ['a file', () => 'job=@job.json'],
    ['a file of a type', () => 'job=@job.json;type=application/json'],
  ])('curl, with the job as %s', async (_, job) => {
    const spec = JSON.stringify(catAndCoffee);
    await writeFile(join(folder, 'job.json'), spec);
    const files = ['-F', `cat=@${pathOf('chelsea.jpg')}`, '-F', `second=@${pathOf('coffee.jpg')}`];
    // In a form, curl takes a semicolon for the end of the value, and none is in this one.
    const { stdout } = await run('curl', ['-sSf', '-m', '30', '-F', job(spec), ...files, jobs], {
      cwd: folder,
    });
    await expectCatAndCoffee(stdout);
  });

  test.skipIf(lacksRequests).each([
    ['data', 'data={"job": spec}, files=files'],
    ['a file', 'files=[("job", ("job.json", spec, "application/json"))] + files'],
  ])("Python's requests, with the job as %s", async (_, how) => {
    const script = `
import json, requests, sys
url, spec, cat, coffee = sys.argv[1:]
files = [("cat", open(cat, "rb")), ("any name", ("coffee.jpg", open(coffee, "rb"), "image/jpeg"))]
answer = requests.post(url, ${how}, timeout=30)
assert answer.status_code == 202, answer.text
print(answer.text)`;
    const args = [jobs, JSON.stringify(catAndCoffee), pathOf('chelsea.jpg'), pathOf('coffee.jpg')];
    await expectCatAndCoffee((await run('python3', ['-c', script, ...args])).stdout);
  });

  test.skipIf(lacksPython)("Python's http.client with a chunked body", async () => {
    const script = `
import http.client, sys, urllib.parse
url, spec, cat, coffee = sys.argv[1:]
def body():
    yield ('--xx\\r\\nContent-Disposition: form-data; name="job"\\r\\n\\r\\n' + spec).encode()
    for name, path in (("cat", cat), ("", coffee)):
        yield ('\\r\\n--xx\\r\\nContent-Disposition: form-data; name="%s"; filename="%s"\\r\\n\\r\\n'
            % (name or "f", path)).encode()
        with open(path, "rb") as file:
            while chunk := file.read(7000): yield chunk
    yield b'\\r\\n--xx--\\r\\n'
target = urllib.parse.urlparse(url)
connection = http.client.HTTPConnection(target.netloc, timeout=30)
connection.request("POST", target.path, body(), {"content-type": "multipart/form-data; boundary=xx"}, encode_chunked=True)
answer = connection.getresponse()
assert answer.status == 202 and answer.headers["location"].startswith("/v1/jobs/"), answer.status
print(answer.read().decode())`;
    const args = [jobs, JSON.stringify(catAndCoffee), pathOf('chelsea.jpg'), pathOf('coffee.jpg')];
    await expectCatAndCoffee((await run('python3', ['-c', script, ...args])).stdout);
  });

  test.each<[string, (spec: string) => string | Blob]>([
    ['text', (spec) => spec],
    ['a blob', (spec) => new Blob([spec], { type: 'application/json' })],
  ])('fetch, with the job as %s', async (_, job) => {
    const form = new FormData();
    form.set('job', job(JSON.stringify(catAndCoffee)));
    form.set('cat', new Blob([await photo('chelsea.jpg')]), 'chelsea.jpg');
    form.set('whatever', new Blob([await photo('coffee.jpg')], { type: 'image/jpeg' }), 'coffee.jpg');
    const response = await fetch(jobs, { method: 'POST', body: form });
    expect([response.status, response.headers.get('location')]).toEqual([
      202,
      expect.stringMatching(/^\/v1\/jobs\//),
    ]);
    await expectCatAndCoffee(await response.text());
  });
});

describe('files', () => {
  const file = (part: string, content: string, fileName = `${content}.txt`) => [
    partHead(part, { fileName }),
    content,
  ];

  test('that no asset names follow those that are named, in order, if all parts have one name', async () => {
    const spec = echo([upload('b'), { ...upload('a'), name: 'A' }]);
    const parts = [
      file('file', 'one'),
      file('a', 'AA'),
      file('file', 'two'),
      file('b', 'BB'),
      file('file', 'one'),
    ];
    const { status, body } = await sendForm(jobs, [jobPart(spec), ...parts.flat()]);
    expect(status).toBe(202);
    expect((await assetsOf(String(body['id']))).map(([name, digest]) => [name, digest])).toEqual([
      ['BB.txt', sha256('BB')],
      ['A', sha256('AA')],
      ['one.txt', sha256('one')],
      ['two.txt', sha256('two')],
      ['one.txt', sha256('one')],
    ]);
    expect(await unsettledFiles(darkroom)).toEqual([]);
  });

  test('with spaces, quotes, other scripts and directories in their names get safe names', async () => {
    const names = ['größe 大.jpg', '../../etc/passwd', 'C:\\photos\\a.jpg', '%22quoted%22.jpg'];
    const parts = names.map((name, index) => file(`f${index}`, String(index), name));
    const { body } = await sendForm(jobs, [jobPart(echo([])), ...parts.flat()]);
    expect((await assetsOf(String(body['id']))).map(([name]) => name)).toEqual([
      'größe 大.jpg',
      'passwd',
      'a.jpg',
      '"quoted".jpg',
    ]);
  });

  test('keep percent signs in their names and in the addresses of results', async () => {
    const names = ['IMG%20001.jpg', 'a%2Fb.jpg', '100%.jpg'];
    const form = new FormData();
    form.append('job', JSON.stringify({ operation: 'image.transform', params: { width: 32 } }));
    const bytes = new Blob([new Uint8Array(await photo('coffee.jpg'))]);
    for (const name of names) form.append('photo', bytes, name);
    const { id } = (await (await fetch(jobs, { method: 'POST', body: form })).json()) as { id: string };
    expect((await assetsOf(id)).map(([name]) => name)).toEqual(names);
    const { files } = (await (await darkroom.request(`/v1/jobs/${id}/result`)).json()) as Manifest;
    expect(files.map(({ path }) => path)).toEqual(names);
    for (const { path, size } of files) {
      const file = await darkroom.request(`/v1/jobs/${id}/files/${encodeURIComponent(path)}`);
      expect([path, file.status, (await file.arrayBuffer()).byteLength]).toEqual([path, 200, size]);
    }
  });

  test('are optional: a form may have only the job; checksums are verified', async () => {
    const alone = await sendForm(jobs, [jobPart(echo([]))]);
    expect(await assetsOf(String(alone.body['id']))).toEqual([]);
    const wrong = { ...upload('a'), checksum: `sha256:${'0'.repeat(64)}` };
    const { body } = await sendForm(jobs, [jobPart(echo([wrong])), ...file('a', 'AA')]);
    expect(await darkroom.until(String(body['id']), 'failed', 'completed')).toMatchObject({
      state: 'failed',
      error: { code: 'asset_checksum_mismatch' },
    });
  });
});

test('of a job that waits for assets are stored if the call is accepted, and removed otherwise', async () => {
  await darkroom.submit({ id: 'waits', operation: 'test.echo', await_assets: { total: 2 } });
  const more = (assets: unknown, ...files: string[]) =>
    sendForm(`${jobs}/waits/assets`, [
      partHead('assets', { type: 'application/json' }) + JSON.stringify(assets),
      ...files.flatMap((name) => [partHead(name, { fileName: name }), name]),
    ]);
  const unknown = { assets: [upload('none')] };
  expect(await more(unknown, 'a')).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: '/assets/0/source/upload' }] },
  });
  expect(await more({ asets: [] }, 'a')).toMatchObject({ status: 422 });
  expect(await more({}, 'a', 'b', 'c')).toMatchObject({ status: 409, body: { code: 'too_many_assets' } });
  expect((await storeFiles(darkroom)).filter((path) => path.includes('/waits/'))).toEqual([]);
  expect(await more({}, 'a')).toMatchObject({ status: 202, body: { assets: { total: 2 } } });
  expect(await more({ assets: [upload('b')] }, 'b')).toMatchObject({ status: 202 });
  expect(await assetsOf('waits')).toEqual([
    ['a', sha256('a')],
    ['b', sha256('b')],
  ]);
  expect(await more({}, 'c')).toMatchObject({ status: 409, body: { code: 'input_closed' } });
  expect(await unsettledFiles(darkroom)).toEqual([]);
});

describe('sent again', () => {
  const content = 'the same bytes';
  const send = (spec: object, bytes = content, headers = {}) =>
    sendForm(jobs, [jobPart(spec), partHead('a', { fileName: 'a.bin' }), bytes], headers);
  const uploadsOf = async (id: string) =>
    (await storeFiles(darkroom)).filter((path) => path.includes(`/${id}/uploads/`));

  test('the same id and bytes are one job, stored once', async () => {
    const spec = echo([upload('a')], { id: 'same-upload' });
    const first = await send(spec);
    expect(first.status).toBe(202);
    const kept = await uploadsOf('same-upload');
    expect(kept).toHaveLength(1);
    const running = await send(spec);
    await assetsOf('same-upload');
    for (const again of [running, await send(spec)]) {
      expect(again).toMatchObject({ status: 202, body: { created_at: first.body['created_at'] } });
    }
    expect(await uploadsOf('same-upload')).toEqual(kept);
    expect(await send(spec, 'other bytes')).toMatchObject({ status: 409, body: { code: 'job_id_in_use' } });
    expect(await send({ ...spec, params: { x: 1 } })).toMatchObject({ status: 409 });
    expect(await uploadsOf('same-upload')).toEqual(kept);
    expect(await unsettledFiles(darkroom)).toEqual([]);
  });

  test('twelve concurrent requests are one job', async () => {
    const spec = echo([upload('a')], { id: 'twelve' });
    const answers = await Promise.all(Array.from({ length: 12 }, () => send(spec)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answers.map(({ body }) => body['created_at'])).size).toBe(1);
    expect(await assetsOf('twelve')).toEqual([['a.bin', sha256(content)]]);
    expect(await uploadsOf('twelve')).toHaveLength(1);
  });

  test('the id of a deleted job is rejected, and nothing is restored', async () => {
    const spec = echo([upload('a')], { id: 'buried' });
    await send(spec);
    await assetsOf('buried');
    await darkroom.request('/v1/jobs/buried', { method: 'DELETE' });
    expect(await send(spec)).toMatchObject({ status: 409, body: { code: 'job_id_deleted' } });
    expect((await storeFiles(darkroom)).filter((path) => path.includes('buried'))).toEqual([
      'public/deleted/buried',
    ]);
  });

  test('with an Idempotency-Key, the same form is the same job, and another form is rejected', async () => {
    const key = { 'idempotency-key': 'a key of "mine", 1' };
    const first = await send(echo([]), content, key);
    const again = await send(echo([]), content, key);
    expect([first.status, again.status, again.body['id']]).toEqual([202, 202, first.body['id']]);
    expect(await uploadsOf(String(first.body['id']))).toHaveLength(1);
    for (const other of [send(echo([]), 'x', key), send(echo([], { params: { x: 1 } }), content, key)]) {
      expect(await other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    }
    expect(await uploadsOf(String(first.body['id']))).toHaveLength(1);
    expect((await send(echo([]), content, { 'idempotency-key': 'b' })).body['id']).not.toBe(first.body['id']);
  });

  test('and JSON likewise', async () => {
    const submit = async (spec: object, key: string) => {
      const headers = { 'content-type': 'application/json', 'idempotency-key': key };
      const response = await fetch(jobs, { method: 'POST', headers, body: JSON.stringify(spec) });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    const first = await submit(echo([]), 'json-1');
    const again = await submit(echo([], { labels: { attempt: '2' } }), 'json-1');
    expect([first.status, again.status, again.body['id']]).toEqual([202, 202, first.body['id']]);
    const other = await submit(echo([], { params: { x: 1 } }), 'json-1');
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    expect(other.body['detail']).toContain('json-1');
    expect(await submit(echo([]), 'k'.repeat(255))).toMatchObject({ status: 202 });
    for (const key of ['k'.repeat(256), '']) {
      expect(await submit(echo([]), key)).toMatchObject({
        status: 422,
        body: { code: 'invalid_request', errors: [{ pointer: '/Idempotency-Key' }] },
      });
    }
    // An id of the client's own is what counts.
    const named = await submit(echo([], { id: 'named-1' }), 'json-1');
    expect(named).toMatchObject({ status: 202, body: { id: 'named-1' } });
  });
});
