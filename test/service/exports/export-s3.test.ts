/** Credentials of tenants, and export.s3, on a real S3 server. A client of Amazon's SDK reads what it has. */
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportS3 } from '../../../operations/export-s3/index.ts';
import { noDestinations } from '../../../operations/lib/no-destinations.ts';
import type { Operation } from '../../../operations/operation.ts';
import { createRegistry } from '../../../operations/registry.ts';
import { exportContract } from '../../contracts/export.ts';
import { operationContract } from '../../contracts/operation.ts';
import { openTestBucket, type TestBucket } from '../../support/bucket.ts';
import { cli } from '../../support/cli.ts';
import { freePort } from '../../support/ports.ts';
import { readTree } from '../../support/read-tree.ts';
import { runOperation } from '../../support/run-operation.ts';
import { BUILD_MS, type S3Server, startS3Server } from '../../support/s3-server.ts';
import { startTenants, type Tenant, type Tenants } from '../../support/tenants.ts';
import { startWeb, type Web } from '../../support/web.ts';

const operation = exportS3 as Operation;

let s3: S3Server;
let bucket: TestBucket;
let tenants: Tenants;
let web: Web;

beforeAll(async () => {
  s3 = await startS3Server();
  bucket = await openTestBucket(s3);
  web = await startWeb({ '/a.jpg': Buffer.from('a'), '/b.jpg': Buffer.from('bb') });
  tenants = await startTenants();
}, BUILD_MS);
afterAll(async () => {
  await tenants.server.dispose();
  await web.close();
  await bucket.dispose();
  await s3.dispose();
});

exportContract('versitygw', async () => ({ ...s3, close: async () => undefined }), {
  startMs: BUILD_MS,
});

operationContract(exportS3, {
  title: 'two files',
  params: { credentials: 'bucket', prefix: 'contract/' },
  assets: [
    { name: 'a.jpg', bytes: 'a' },
    { name: 'b.jpg', bytes: 'b' },
  ],
  destinations: { ...noDestinations, openBucket: (...given) => bucket.destinations.openBucket(...given) },
});

describe('keys', () => {
  const keys = async (params: Record<string, unknown>, names: string[], attributes = {}) => {
    const { data } = await runOperation(operation, {
      params: { credentials: 'bucket', ...params },
      assets: names.map((name) => ({ name, bytes: name, attributes })),
      destinations: bucket.destinations,
    });
    return (data as { files: { key: string }[] }).files.map(({ key }) => key);
  };

  test.each<[Record<string, unknown>, string[], string[]]>([
    [{ prefix: 'k/1/' }, ['a.jpg', 'b.jpg', 'a.jpg'], ['k/1/a.jpg', 'k/1/b.jpg', 'k/1/a-2.jpg']],
    [
      { prefix: 'k/2/', key: '{index}/{stem}.copy{ext}' },
      ['a.tar.gz', 'b'],
      ['k/2/0/a.tar.copy.gz', 'k/2/1/b.copy'],
    ],
    [{ prefix: 'k/3-', key: '{attribute.site}/{name}' }, ['a.jpg'], ['k/3-Kew & co/a.jpg']],
  ])('%j', async (params, names, expected) => {
    expect(await keys(params, names, { site: 'Kew & co' })).toEqual(expected);
    const { Contents = [] } = await bucket.client.send(
      new ListObjectsV2Command({ Bucket: s3.bucket, Prefix: String(params['prefix']) }),
    );
    expect(Contents.map(({ Key }) => Key)).toEqual([...expected].sort());
  });

  test('an asset without the attribute fails by name', async () => {
    await expect(keys({ key: '{attribute.place}' }, ['a.jpg'])).rejects.toMatchObject({
      code: 'asset_unsuitable',
      message: 'Asset 0 ("a.jpg") has no attribute "place", which the template needs',
    });
    await expect(keys({ key: '{attribute.up}/x' }, ['a.jpg'], { up: '..' })).rejects.toMatchObject({
      code: 'asset_unsuitable',
    });
  });

  test.each([
    [{ key: '{nmae}' }, '/key'],
    [{ key: '{name' }, '/key'],
    [{ metadata: { sha256: 'x' } }, '/metadata'],
    [{ metadata: { Name: 'x' } }, '/metadata/Name'],
    [{ metadata: { name: 'é' } }, '/metadata/name'],
    [{ bucket: 'arn:aws:s3:::x' }, '/bucket'],
    [{ storage_class: 'cold' }, '/storage_class'],
    [{ give_up_hours: 1000 }, '/give_up_hours'],
    [{ credentials: 'A B' }, '/credentials'],
  ])('%j is refused by its field', (params, pointer) => {
    const parsed = createRegistry([operation])
      .find('export.s3')
      ?.parse({ credentials: 'bucket', ...params });
    expect(parsed?.ok === false && parsed.errors.map((error) => error.pointer)).toContain(pointer);
  });
});

describe('a server that does not answer', () => {
  test('is waited for, and given up after the hours of the parameter', async () => {
    const away = await openTestBucket({ ...s3, endpoint: `http://127.0.0.1:${await freePort()}` });
    const run = (scheduledAt: number) =>
      runOperation(operation, {
        params: { credentials: 'bucket', give_up_hours: 2 },
        assets: [{ name: 'a', bytes: 'a' }],
        destinations: away.destinations,
        scheduledAt,
      });
    const hour = 3_600_000;
    await expect(run(Date.now() - 1.9 * hour)).rejects.toMatchObject({ code: 'destination_unavailable' });
    await expect(run(Date.now() - 2.1 * hour)).rejects.toMatchObject({ code: 'destination_given_up' });
    await away.dispose();
  });
});

const send = async ({ request }: Tenant, method: string, path: string, body?: unknown) => {
  const headers = { 'content-type': 'application/json' };
  const init = body === undefined ? { method } : { method, headers, body: JSON.stringify(body) };
  const response = await request(`/v1/credentials${path}`, init);
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
};

describe('credentials', () => {
  const keysOf = ({ credentials }: S3Server) => ({
    access_key_id: credentials.accessKeyId,
    secret_access_key: credentials.secretAccessKey,
  });
  const place = () => ({ endpoint: s3.endpoint, bucket: s3.bucket });

  test('are tested, stored without readable keys, listed, used, rotated and revoked', async () => {
    const { acme, beta, reader, server, dataDir } = tenants;
    const keys = keysOf(s3);
    const created = await send(acme, 'POST', '', { name: 'photos', ...place(), ...keys });
    const view = {
      name: 'photos',
      kind: 's3',
      ...place(),
      region: 'us-east-1',
      path_style: true,
      access_key_id: `…${keys.access_key_id.slice(-4)}`,
      created_at: expect.any(String),
      rotated_at: null,
    };
    expect(created).toEqual({ status: 201, body: view });
    expect(await send(acme, 'GET', '')).toEqual({ status: 200, body: { credentials: [view] } });
    expect(await send(acme, 'GET', '/photos')).toEqual({ status: 200, body: view });
    expect(await send(acme, 'POST', '', { name: 'photos', ...place(), ...keys })).toMatchObject({
      status: 409,
      body: { code: 'credentials_exist' },
    });

    const { id } = await server.submit({
      operation: 'export.s3',
      params: { credentials: 'photos', prefix: 'job/' },
      assets: [{ source: { url: `${web.url}/a.jpg` } }, { source: { url: `${web.url}/b.jpg` } }],
    });
    expect(await server.until(id, 'completed', 'failed')).toMatchObject({ state: 'completed' });
    const result = await (await acme.request(`/v1/jobs/${id}/files/result.json`)).json();
    expect(result).toMatchObject({
      files: [
        { name: 'a.jpg', bucket: s3.bucket, key: 'job/a.jpg', size: 1, uploaded: true },
        { name: 'b.jpg', bucket: s3.bucket, key: 'job/b.jpg', size: 2, uploaded: true },
      ],
    });

    const rotated = await send(acme, 'PUT', '/photos', keys);
    expect(rotated).toMatchObject({ status: 200, body: { ...view, rotated_at: expect.any(String) } });
    expect(await send(acme, 'PUT', '/photos', { ...keys, secret_access_key: 'wrong' })).toMatchObject({
      status: 422,
      body: { code: 'credentials_rejected' },
    });
    expect(await send(acme, 'PUT', '/other', keys)).toMatchObject({ status: 404 });

    expect(await send(reader, 'GET', '/photos')).toMatchObject({ status: 200 });
    expect(await send(reader, 'DELETE', '/photos')).toMatchObject({ status: 403 });
    for (const method of ['GET', 'DELETE'])
      expect(await send(beta, method, '/photos')).toMatchObject({ status: 404 });
    expect((await send(beta, 'GET', '')).body).toEqual({ credentials: [] });
    for await (const { path, bytes } of readTree(dataDir))
      expect(bytes.includes(keys.secret_access_key) || bytes.includes(keys.access_key_id), path).toBe(false);

    expect(await send(acme, 'DELETE', '/photos')).toEqual({ status: 204, body: null });
    expect(await send(acme, 'DELETE', '/photos')).toMatchObject({ status: 404 });
    const late = await server.submit({
      operation: 'export.s3',
      params: { credentials: 'photos' },
      assets: [{ source: { url: `${web.url}/a.jpg` } }],
    });
    expect(await server.until(late.id, 'completed', 'failed')).toMatchObject({
      state: 'failed',
      error: { code: 'credentials_not_found' },
    });
  });

  test('that their server does not accept are refused with the reason', async () => {
    const { acme } = tenants;
    const keys = keysOf(s3);
    const create = (more: object) => send(acme, 'POST', '', { name: 'bad', ...place(), ...keys, ...more });
    expect(await create({ secret_access_key: 'wrong' })).toMatchObject({
      status: 422,
      body: {
        code: 'credentials_rejected',
        detail: expect.stringMatching(
          /the secret access key does not belong to the access key \(SignatureDoesNotMatch\)$/,
        ),
      },
    });
    expect(await create({ access_key_id: 'nobody' })).toMatchObject({
      body: {
        code: 'credentials_rejected',
        detail: expect.stringContaining('it does not know the access key'),
      },
    });
    expect(await create({ bucket: 'no-such-bucket' })).toMatchObject({
      body: { code: 'credentials_rejected', detail: expect.stringContaining('there is no such bucket') },
    });
    expect(await create({ endpoint: `http://127.0.0.1:${await freePort()}` })).toMatchObject({
      status: 422,
      body: { code: 'destination_given_up', retryable: true },
    });
    for (const endpoint of ['http://169.254.169.254', 'http://10.0.0.1:9000', tenants.server.url])
      expect(await create({ endpoint })).toMatchObject({
        status: 422,
        body: { code: 'invalid_request', errors: [{ pointer: '/endpoint' }] },
      });
    expect(await create({ endpoint: `${s3.endpoint}/path`, name: 'A' })).toMatchObject({
      status: 422,
      body: { errors: expect.arrayContaining([{ pointer: '/endpoint', detail: expect.any(String) }]) },
    });
    expect((await send(acme, 'GET', '')).body).toEqual({ credentials: [] });
  });

  test('are managed on the command line, with keys from the environment', async () => {
    const { accessKeyId, secretAccessKey } = s3.credentials;
    const env = {
      DARKROOM_URL: tenants.server.url,
      DARKROOM_TOKEN: tenants.acme.key,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    };
    const run = (...args: string[]) => cli(['credentials', ...args], { env });
    const create = ['create', 'cli', '--bucket', s3.bucket, '--endpoint', s3.endpoint];
    expect(await run(...create)).toMatchObject({ code: 0 });
    const { stdout } = await run('list');
    expect(stdout).toContain('cli');
    expect(stdout).toContain(s3.bucket);
    expect(stdout).not.toContain(accessKeyId);
    expect(await run('rotate', 'cli')).toMatchObject({ code: 0 });
    expect(await run('revoke', 'cli')).toMatchObject({ code: 0 });
    expect((await run('revoke', 'cli')).code).not.toBe(0);
    const without = await cli(['credentials', ...create], { env: { ...env, AWS_SECRET_ACCESS_KEY: '' } });
    expect(without).toMatchObject({ code: 2, stderr: expect.stringContaining('AWS_SECRET_ACCESS_KEY') });
  });
});
