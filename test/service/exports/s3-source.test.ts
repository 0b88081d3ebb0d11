/** Assets from buckets of tenants, on a real S3 server. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listObjects } from '../../../src/jobs/submit/list-objects.ts';
import { openTestBucket, type TestBucket } from '../../support/bucket.ts';
import { BUILD_MS, type S3Server, startS3Server } from '../../support/s3-server.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';

let s3: S3Server;
let bucket: TestBucket;
let darkroom: Darkroom;

beforeAll(async () => {
  s3 = await startS3Server();
  bucket = await openTestBucket(s3);
  darkroom = await startStack();
  const { accessKeyId: access_key_id, secretAccessKey: secret_access_key } = s3.credentials;
  const { endpoint } = s3;
  const given = { name: 'photos', endpoint, bucket: s3.bucket, access_key_id, secret_access_key };
  expect((await post('/v1/credentials', given)).status).toBe(201);
}, BUILD_MS);
afterAll(async () => {
  await darkroom.dispose();
  await bucket.dispose();
  await s3.dispose();
});

const post = (path: string, body: unknown) =>
  darkroom.request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

const put = async (key: string, body: string): Promise<string> => {
  const { ETag = '' } = await bucket.client.send(
    new PutObjectCommand({ Bucket: s3.bucket, Key: key, Body: body }),
  );
  return ETag.replaceAll('"', '');
};

const read = async (key: string): Promise<string> => {
  const { Body } = await bucket.client.send(new GetObjectCommand({ Bucket: s3.bucket, Key: key }));
  return String(await buffer(Body as Readable));
};

/** A job that copies assets to another prefix of the bucket. */
const copy = (prefix: string, source: object, more: object = {}) => ({
  operation: 'export.s3',
  params: { credentials: 'photos', prefix },
  assets: [{ source: { s3: { credentials: 'photos', ...source } } }],
  ...more,
});

describe('a prefix', () => {
  test('stands for its objects, in the order of their keys, at the submission', async () => {
    for (const name of ['b.txt', 'a.txt', 'c/a.txt']) await put(`in/${name}`, `content of ${name}`);
    await put('in/folder/', '');
    await put('inside.txt', 'not below');
    const spec = copy('out/', { prefix: 'in/' }, { id: 'copied' });
    await darkroom.submit(spec);
    expect(await darkroom.until('copied', 'completed', 'failed')).toMatchObject({
      state: 'completed',
      assets: { total: 3 },
    });
    const { Contents = [] } = await bucket.client.send(
      new ListObjectsV2Command({ Bucket: s3.bucket, Prefix: 'out/' }),
    );
    expect(Contents.map(({ Key }) => Key)).toEqual(['out/a-2.txt', 'out/a.txt', 'out/b.txt']);
    expect(await read('out/a.txt')).toBe('content of a.txt');
    expect(await read('out/a-2.txt')).toBe('content of c/a.txt');
    const request = (await (await darkroom.request('/v1/jobs/copied/request')).json()) as {
      assets: { shown: unknown[] };
    };
    expect(request.assets.shown[0]).toMatchObject({
      source: {
        s3: { credentials: 'photos', key: 'in/a.txt', etag: expect.stringMatching(/^[0-9a-f]{32}$/) },
      },
    });

    // The request is the same, whatever the prefix stands for now.
    await put('in/d.txt', 'new');
    expect(await (await post('/v1/jobs', spec)).json()).toMatchObject({ id: 'copied', assets: { total: 3 } });
  });

  test('of thousands of objects is listed page by page, up to a limit', async () => {
    const names = Array.from({ length: 2500 }, (_, index) => `${String(index).padStart(4, '0')}.jpg`);
    await mkdir(join(s3.directory, 'many'), { recursive: true });
    await Promise.all(names.map((name) => writeFile(join(s3.directory, 'many', name), name)));
    const source = { credentials: 'bucket', prefix: 'many/' };
    const found = await bucket.buckets.list('acme', source, 5000);
    expect(found.map(({ key }) => key)).toEqual(names.map((name) => `many/${name}`));
    await expect(
      listObjects('acme', [{ source: { s3: source } }], bucket.buckets, 2499),
    ).rejects.toMatchObject({
      code: 'invalid_request',
      details: { errors: [{ pointer: '/assets/0/source/s3/prefix' }] },
    });
    expect(await listObjects('acme', [{ source: { s3: source } }], bucket.buckets, 2500)).toHaveLength(2500);

    const { id } = await darkroom.submit(copy('out/', { prefix: 'many/' }));
    await darkroom.request(`/v1/jobs/${id}/cancel`, { method: 'POST' });
    expect((await darkroom.until(id, 'cancelled')).assets.total).toBe(2500);
    const request = (await (await darkroom.request(`/v1/jobs/${id}/request`)).json()) as {
      assets: { shown: { source: { s3: { key: string; etag: string } } }[] };
    };
    for (const { source } of request.assets.shown)
      expect(source.s3).toMatchObject({
        key: expect.stringMatching(/^many\/\d{4}\.jpg$/),
        etag: expect.any(String),
      });
  });
});

describe('a key', () => {
  test('is one object, which must have the ETag that was given', async () => {
    const etag = await put('one.txt', 'first');
    const { id } = await darkroom.submit(copy('kept/', { key: 'one.txt', etag }));
    expect(await darkroom.until(id, 'completed', 'failed')).toMatchObject({ state: 'completed' });
    expect(await read('kept/one.txt')).toBe('first');
    await put('one.txt', 'second');
    const late = await darkroom.submit(copy('kept/', { key: 'one.txt', etag }));
    expect(await darkroom.until(late.id, 'completed', 'failed')).toMatchObject({
      state: 'failed',
      error: {
        code: 'asset_changed',
        message: `Asset 0 ("one.txt") has changed: object "one.txt" no longer has the ETag "${etag}"`,
      },
    });
  });

  test.each([
    [{ key: 'no-such.txt' }, 'asset_not_found'],
    [{ key: 'one.txt', bucket: 'no-such-bucket' }, 'asset_refused'],
  ])('%j fails the asset with %s', async (source, code) => {
    const { id } = await darkroom.submit(copy('x/', source));
    expect(await darkroom.until(id, 'completed', 'failed')).toMatchObject({
      state: 'failed',
      error: { code },
    });
  });
});

test.each<[object, string]>([
  [{ source: { s3: { credentials: 'nobody', key: 'a' } } }, '/assets/0/source/s3/credentials'],
  [{ source: { s3: { credentials: 'nobody', prefix: 'a' } } }, '/assets/0/source/s3/credentials'],
  [{ source: { s3: { credentials: 'photos', prefix: 'no-such/' } } }, '/assets/0/source/s3/prefix'],
  [
    { source: { s3: { credentials: 'photos', prefix: 'in/', bucket: 'no-such-bucket' } } },
    '/assets/0/source/s3',
  ],
  [{ source: { s3: { credentials: 'photos' } } }, '/assets/0/source/s3'],
  [{ source: { s3: { credentials: 'photos', key: 'a', prefix: 'b' } } }, '/assets/0/source/s3'],
  [{ source: { s3: { credentials: 'photos', prefix: 'in/', etag: 'x' } } }, '/assets/0/source/s3/etag'],
  [{ name: 'a', source: { s3: { credentials: 'photos', prefix: 'in/' } } }, '/assets/0/name'],
  [{ source: { url: 'https://a.example', s3: { credentials: 'photos', key: 'a' } } }, '/assets/0/source'],
])('%j is refused by its field', async (asset, pointer) => {
  const response = await post('/v1/jobs', { ...copy('x/', {}), assets: [asset] });
  const body = (await response.json()) as { errors: { pointer: string }[] };
  expect(response.status, JSON.stringify(body)).toBe(422);
  expect(body.errors.map((error) => error.pointer)).toContain(pointer);
});
