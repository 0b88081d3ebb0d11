/** A whole server with its objects in S3, and S3 going away under it. */
import { createHash } from 'node:crypto';
import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { photo } from '../support/photos.ts';
import { BUILD_MS, type S3Server, startS3Server } from '../support/s3-server.ts';
import { type Darkroom, ready, startDarkroom } from '../support/server.ts';
import { startWeb, type Web } from '../support/web.ts';

const PREFIX = 'teams/photo';

let s3: S3Server;
let web: Web;
let darkroom: Darkroom;
/** Lets go of the assets that wait. */
let release: () => void;

beforeAll(async () => {
  const [chelsea, rocket] = await Promise.all([photo('chelsea.jpg'), photo('rocket.jpg')]);
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  web = await startWeb({
    '/chelsea.jpg': chelsea,
    '/held.jpg': (_, response) => void released.then(() => response.end(rocket)),
  });
  s3 = await startS3Server();
  darkroom = await startDarkroom({
    env: { ...s3.env, DARKROOM_STORE: `s3://${s3.bucket}/${PREFIX}` },
  });
}, BUILD_MS);

afterAll(async () => {
  await darkroom.dispose();
  await s3.dispose();
  await web.close();
});

/** Objects as the server keeps them: files in the folder of the bucket. */
async function objects(): Promise<string[]> {
  const entries = await readdir(s3.directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(s3.directory.length + 1))
    .sort();
}

/** Why the step that a job waits for failed last, as Temporal has it. */
async function failureOf(id: string): Promise<string> {
  const { address } = JSON.parse(await readFile(join(darkroom.dataDir, 'temporal.pid'), 'utf8')) as {
    address: string;
  };
  const connection = await Connection.connect({ address });
  try {
    const { raw } = await new Client({ connection }).workflow.getHandle(`job/public/${id}`).describe();
    return raw.pendingActivities?.map(({ lastFailure }) => lastFailure?.message ?? '').join() ?? '';
  } finally {
    await connection.close();
  }
}

const transform = (name: string) => ({
  operation: 'image.transform',
  params: { width: 160, format: 'webp' },
  assets: [{ source: { url: `${web.url}/${name}` } }],
});

test('a job is stored in the bucket; after its deletion only its tombstone is left', async () => {
  const { id } = await darkroom.submit({ id: 'in-s3', ...transform('chelsea.jpg') });
  expect(await darkroom.until(id, 'completed', 'failed')).toMatchObject({ state: 'completed' });
  const path = `/v1/jobs/${id}/files/chelsea.webp`;
  const whole = await darkroom.request(path);
  const bytes = Buffer.from(await whole.arrayBuffer());
  expect(whole.headers.get('etag')).toBe(`"${createHash('sha256').update(bytes).digest('hex')}"`);
  expect(await sharp(bytes).metadata()).toMatchObject({ format: 'webp', width: 160 });

  const part = await darkroom.request(path, { headers: { range: 'bytes=100-299' } });
  expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 100-299/${bytes.length}`]);
  expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(100, 300))).toBe(true);

  const kept = await objects();
  expect(kept.filter((key) => key.startsWith(`${PREFIX}/public/jobs/${id}/`)).length).toBeGreaterThan(3);
  expect(kept.filter((key) => !key.startsWith(`${PREFIX}/`))).toEqual([]);
  await expect(access(join(darkroom.dataDir, 'store'))).rejects.toThrow('ENOENT');

  expect((await darkroom.request(`/v1/jobs/${id}`, { method: 'DELETE' })).status).toBe(204);
  await expect.poll(objects).toEqual([
    `${PREFIX}/.check`,
    `${PREFIX}/_master-key`,
    // It leads to the files of the job, which are gone.
    expect.stringMatching(`^${PREFIX}/_reuse/public/`),
    // What it took counts all the same.
    expect.stringMatching(`^${PREFIX}/_usage/[-0-9]+/public/image.transform/${id}~1~completed~`),
    `${PREFIX}/public/deleted/${id}`,
  ]);
  expect((await darkroom.request(path)).status).toBe(404);
});

test('a job waits for an unavailable store, and the server reports that', async () => {
  const { id } = await darkroom.submit({ id: 'waits', ...transform('held.jpg') });
  await darkroom.until(id, 'downloading');
  await expect.poll(() => web.fetched).toContain('/held.jpg');
  await s3.stop();
  release();
  const answer = await darkroom.request('/readyz');
  expect([answer.status, await answer.json()]).toEqual([503, { status: 'unavailable', missing: ['store'] }]);
  await expect
    .poll(() => failureOf(id))
    .toMatch(/The object store cannot .*its server does not answer.*ECONNREFUSED/);
  expect(await darkroom.get(id)).toMatchObject({ state: 'downloading', error: null });

  await s3.start();
  expect(await darkroom.until(id, 'completed', 'failed')).toMatchObject({ state: 'completed', error: null });
  await ready(darkroom);
  const file = await darkroom.request(`/v1/jobs/${id}/files/held.webp`);
  expect(await sharp(Buffer.from(await file.arrayBuffer())).metadata()).toMatchObject({ width: 160 });
});
