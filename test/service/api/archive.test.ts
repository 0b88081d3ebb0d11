/** The result of a job as one ZIP: what programs make of it, and what it says of assets that failed. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { photo } from '../../support/photos.ts';
import { type Darkroom, startDarkroom } from '../../support/server.ts';
import { unzip } from '../../support/unzip.ts';
import { startWeb, type Web } from '../../support/web.ts';

const run = promisify(execFile);
const lacksUnzip = spawnSync('unzip', ['-v']).status !== 0;

let darkroom: Darkroom;
let web: Web;
/** A job of three photographs, of which one is none. */
let archive: string;

beforeAll(async () => {
  const [cat, coffee] = await Promise.all(['chelsea.jpg', 'coffee.jpg'].map(photo));
  web = await startWeb({
    '/a/photo.jpg': cat ?? Buffer.alloc(0),
    '/b/photo.jpg': coffee ?? Buffer.alloc(0),
    '/page.jpg': Buffer.from('<!doctype html><title>Please log in</title>'),
  });
  darkroom = await startDarkroom();
  const { id } = await darkroom.submit({
    operation: 'image.transform',
    params: { width: 200, on_error: 'skip' },
    assets: ['a/photo.jpg', 'page.jpg', 'b/photo.jpg'].map((path) => ({
      source: { url: `${web.url}/${path}` },
    })),
  });
  expect(await darkroom.until(id, 'completed', 'failed')).toMatchObject({ state: 'completed' });
  archive = `/v1/jobs/${id}/archive`;
});
afterAll(async () => {
  await darkroom.dispose();
  await web.close();
});

const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());

test('has every file and the manifest with the outcome of each asset', async () => {
  const response = await darkroom.request(archive);
  const bytes = await bytesOf(response);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'application/zip',
    'content-length': String(bytes.length),
    'content-disposition': expect.stringMatching(/^attachment; .*\.zip$/),
  });
  const result = (await (await darkroom.request(archive.replace('archive', 'result'))).json()) as {
    files: { path: string }[];
    assets: unknown[];
  };
  const files = unzip(bytes);
  expect([...files.keys()]).toEqual([...result.files.map(({ path }) => path), 'manifest.json']);
  for (const { path } of result.files) {
    const file = await darkroom.request(archive.replace('archive', `files/${encodeURIComponent(path)}`));
    expect(files.get(path)).toEqual(await bytesOf(file));
  }
  const manifest = JSON.parse(String(files.get('manifest.json'))) as typeof result;
  expect(manifest).toEqual(result);
  expect(manifest.assets).toMatchObject([
    { index: 0, status: 'ok' },
    { index: 1, status: 'failed', error: { code: 'asset_not_an_image' } },
    { index: 2, status: 'ok' },
  ]);
});

test.skipIf(lacksUnzip)('is accepted by unzip', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-archive-'));
  try {
    const path = join(folder, 'result.zip');
    await writeFile(path, await bytesOf(await darkroom.request(archive)));
    const { stdout } = await run('unzip', ['-t', path]);
    expect(stdout).toContain('No errors detected');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('is the same each time: ETag, If-None-Match, HEAD', async () => {
  const [first, second] = [await darkroom.request(archive), await darkroom.request(archive)];
  expect(await bytesOf(first)).toEqual(await bytesOf(second));
  const etag = first.headers.get('etag') ?? '';
  expect(etag).toMatch(/^"[\w-]+"$/);
  expect(second.headers.get('etag')).toBe(etag);
  const same = await darkroom.request(archive, { headers: { 'if-none-match': `"other", ${etag}` } });
  expect([same.status, same.headers.get('etag'), await same.text()]).toEqual([304, etag, '']);
  expect((await darkroom.request(archive, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  const head = await darkroom.request(archive, { method: 'HEAD' });
  expect([
    head.status,
    head.headers.get('content-length'),
    head.headers.get('etag'),
    await head.text(),
  ]).toEqual([200, first.headers.get('content-length'), etag, '']);
});

test('of a job with a JSON result has that result', async () => {
  const { id } = await darkroom.submit({ operation: 'system.echo', params: { hello: 'world' } });
  await darkroom.until(id, 'completed');
  const files = unzip(await bytesOf(await darkroom.request(`/v1/jobs/${id}/archive`)));
  expect([...files.keys()]).toEqual(['result.json', 'manifest.json']);
  expect(JSON.parse(String(files.get('result.json')))).toEqual({ hello: 'world' });
});

test('is 409 before the end and without a result, and 404 for an unknown job', async () => {
  const problem = async (id: string) => {
    const response = await darkroom.request(`/v1/jobs/${id}/archive`);
    return { status: response.status, ...((await response.json()) as object) };
  };
  await darkroom.submit({ id: 'running', operation: 'test.echo', params: { delay_ms: 600_000 } });
  expect(await problem('running')).toMatchObject({ status: 409, code: 'result_not_ready' });
  await darkroom.request('/v1/jobs/running/cancel', { method: 'POST' });
  await darkroom.until('running', 'cancelled');
  expect(await problem('running')).toMatchObject({ status: 409, details: { state: 'cancelled' } });
  expect(await problem('nobody')).toMatchObject({ status: 404, code: 'job_not_found' });
});

test('a disconnected client leaves nothing open, and the server continues', async () => {
  const { id } = await darkroom.submit({ operation: 'system.echo', params: { x: 'x'.repeat(60_000) } });
  await darkroom.until(id, 'completed');
  const { hostname, port } = new URL(darkroom.url);
  for (let n = 0; n < 50; n++) {
    await new Promise<void>((resolve, reject) => {
      const socket = connect(Number(port), hostname);
      socket.once('error', reject).once('data', () => socket.resetAndDestroy());
      socket.once('close', () => resolve());
      socket.write(`GET ${n % 2 ? archive : `/v1/jobs/${id}/archive`} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
    });
  }
  expect(unzip(await bytesOf(await darkroom.request(archive))).size).toBe(3);
  const { stdout } = await run('ls', ['-l', `/proc/${darkroom.process.pid}/fd`]).catch(() => ({
    stdout: '',
  }));
  expect(stdout.split('\n').filter((line) => line.includes('/store/'))).toEqual([]);
});

test('the manifest has the file names of the archive if these were changed', async () => {
  const names = ['a.jpg', 'A.JPG', 'what?.jpg', 'con.jpg'];
  const { id } = await darkroom.submit({
    operation: 'image.transform',
    params: { width: 20 },
    assets: names.map((name) => ({ name, source: { url: `${web.url}/a/photo.jpg` } })),
  });
  await darkroom.until(id, 'completed');
  const response = await darkroom.request(`/v1/jobs/${id}/archive`);
  // Saved by `curl -OJ` under this name, too.
  expect(response.headers.get('content-disposition')).toContain(`filename="${id}.zip"`);
  const files = unzip(await bytesOf(response));
  const manifest = JSON.parse(String(files.get('manifest.json'))) as { files: { path: string }[] };
  const paths = manifest.files.map(({ path }) => path);
  expect([...paths, 'manifest.json']).toEqual([...files.keys()]);
  expect(paths).toEqual(['a.jpg', 'A (2).jpg', 'what_.jpg', '_con.jpg']);
});
