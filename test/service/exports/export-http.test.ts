/** export.http: files are sent to a real HTTP server, as a presigned URL would take them. */
import { createHash, randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportHttp } from '../../../operations/export-http/index.ts';
import { noDestinations } from '../../../operations/lib/no-destinations.ts';
import type { Operation } from '../../../operations/operation.ts';
import { createRegistry } from '../../../operations/registry.ts';
import { operationContract } from '../../contracts/operation.ts';
import { openTestBucket, type TestBucket } from '../../support/bucket.ts';
import { freePort } from '../../support/ports.ts';
import { readTree } from '../../support/read-tree.ts';
import { runOperation } from '../../support/run-operation.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';
import { startWeb, type Web } from '../../support/web.ts';

const operation = exportHttp as Operation;

interface Received {
  readonly method: string | undefined;
  readonly path: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly bytes: Buffer;
}

let web: Web;
let bucket: TestBucket;
let darkroom: Darkroom;
const received: Received[] = [];
/** Statuses of the next responses; then 200. */
const statuses: number[] = [];

beforeAll(async () => {
  web = await startWeb({
    '/a.jpg': Buffer.from('content of a'),
    '/put': (request, response) => {
      const { method, url: path = '', headers } = request;
      void buffer(request).then((bytes) => {
        received.push({ method, path, headers, bytes });
        const etag = `"${createHash('md5').update(bytes).digest('hex')}"`;
        response.writeHead(statuses.shift() ?? 200, { etag }).end();
      });
    },
  });
  const credentials = { accessKeyId: 'unused', secretAccessKey: 'unused' };
  bucket = await openTestBucket({ endpoint: web.url, bucket: 'unused', credentials });
  darkroom = await startStack();
});
afterAll(async () => {
  await darkroom.dispose();
  await bucket.dispose();
  await web.close();
});

operationContract(exportHttp, {
  title: 'a file',
  params: { url: 'http://127.0.0.1:1/{name}' },
  assets: [{ name: 'a.jpg', bytes: 'a' }],
  destinations: {
    ...noDestinations,
    putUrl: (request, signal) =>
      bucket.destinations.putUrl(
        { ...request, url: `${web.url}/put?${new URL(request.url).pathname}` },
        signal,
      ),
  },
});

const run = async (params: Record<string, unknown>, name = 'a b.jpg', bytes = randomBytes(300_000)) => {
  received.length = 0;
  const { data } = await runOperation(operation, {
    params,
    assets: [{ name, bytes }],
    destinations: bucket.destinations,
  });
  return { files: (data as { files: unknown[] }).files, bytes };
};

test('the server gets the bytes, with type, length and headers', async () => {
  const params = { url: `${web.url}/put?key={stem}/{name}&n={index}`, headers: { 'x-amz-acl': 'private' } };
  const { files, bytes } = await run(params);
  expect(received).toMatchObject([
    {
      method: 'PUT',
      path: '/put?key=a%20b/a%20b.jpg&n=0',
      headers: { 'content-type': 'image/jpeg', 'content-length': '300000', 'x-amz-acl': 'private' },
    },
  ]);
  expect(received[0]?.bytes.equals(bytes)).toBe(true);
  expect(files).toEqual([
    {
      index: 0,
      name: 'a b.jpg',
      server: new URL(web.url).host,
      status: 200,
      etag: createHash('md5').update(bytes).digest('hex'),
      size: 300_000,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    },
  ]);
});

describe('a server', () => {
  test.each([
    [403, 'destination_refused'],
    [302, 'destination_refused'],
    [503, 'destination_unavailable'],
    [429, 'destination_unavailable'],
  ])('that answers %i: %s', async (status, code) => {
    statuses.push(status);
    await expect(run({ url: `${web.url}/put?{name}` })).rejects.toMatchObject({ code, details: { status } });
  });

  test('that does not answer is waited for', async () => {
    await expect(run({ url: `http://127.0.0.1:${await freePort()}/{name}` })).rejects.toMatchObject({
      code: 'destination_unavailable',
    });
  });

  test('of the own network is not reached', async () => {
    await expect(run({ url: 'http://169.254.169.254/{name}' })).rejects.toMatchObject({
      code: 'destination_refused',
    });
  });
});

test('a job sends by presigned URLs that nobody sees, again after an outage', async () => {
  received.length = 0;
  statuses.push(503);
  const secret = `S3cret${randomBytes(12).toString('hex')}`;
  const url = `${web.url}/put?X-Amz-Signature=${secret}`;
  const spec = {
    operation: 'export.http',
    params: { urls: { 'a.jpg': url }, headers: { authorization: secret } },
    assets: [{ source: { url: `${web.url}/a.jpg` } }],
  };
  const { id } = await darkroom.submit(spec);
  expect(await darkroom.until(id, 'completed', 'failed')).toMatchObject({ state: 'completed' });
  expect(received).toHaveLength(2);
  expect(received[1]).toMatchObject({
    path: `/put?X-Amz-Signature=${secret}`,
    headers: { authorization: secret },
  });
  expect(String(received[1]?.bytes)).toBe('content of a');
  for (const path of ['', '/request', '/result', '/files/result.json'])
    expect(await (await darkroom.request(`/v1/jobs/${id}${path}`)).text()).not.toContain(secret);
  expect(await (await darkroom.request(`/v1/jobs/${id}/request`)).json()).toMatchObject({
    params: { urls: '…', headers: '…', give_up_hours: 24 },
  });
  for await (const { path, bytes } of readTree(darkroom.dataDir))
    expect(bytes.includes(secret), path).toBe(false);
});

test('an asset without a URL fails by name', async () => {
  await expect(run({ urls: { 'b.jpg': `${web.url}/put` } })).rejects.toMatchObject({
    code: 'asset_unsuitable',
    message: 'Asset 0 ("a b.jpg") has no URL in the parameter "urls"',
  });
});

test.each([
  [{}, '/url'],
  [{ url: 'https://a.example/{name}', urls: {} }, '/url'],
  [{ url: 'https://{name}.example/a' }, '/url'],
  [{ url: 'ftp://a.example/{name}' }, '/url'],
  [{ url: 'https://a.example/{nmae}' }, '/url'],
  [{ urls: { a: 'no url' } }, '/urls/a'],
  [{ url: 'https://a.example/{name}', headers: { Host: 'x' } }, '/headers/Host'],
  [{ url: 'https://a.example/{name}', headers: { host: 'x' } }, '/headers/host'],
])('%j is refused by its field', (params, pointer) => {
  const parsed = createRegistry([operation]).find('export.http')?.parse(params);
  expect(parsed?.ok === false && parsed.errors.map((error) => error.pointer)).toContain(pointer);
});
