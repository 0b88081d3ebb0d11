/** Exports to a server that does not answer: they wait without a slot, and their failure is that of their step alone. */
import { buffer } from 'node:stream/consumers';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WatchedJob } from '../../../src/client/client.ts';
import { openTestBucket, type TestBucket } from '../../support/bucket.ts';
import { plain } from '../../support/pictures.ts';
import { BUILD_MS, type S3Server, startS3Server } from '../../support/s3-server.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';
import { startWeb, type Web } from '../../support/web.ts';

let s3: S3Server;
let bucket: TestBucket;
let web: Web;
let darkroom: Darkroom;

beforeAll(async () => {
  s3 = await startS3Server();
  bucket = await openTestBucket(s3);
  web = await startWeb({
    '/a.png': await plain(16, 16).png().toBuffer(),
    '/put': (request, response) => void buffer(request).then(() => response.end()),
  });
  // One export at once: one that held the slot would stop all others.
  darkroom = await startStack({ env: { DARKROOM_IO_SLOTS: '1' } });
  const { accessKeyId: access_key_id, secretAccessKey: secret_access_key } = s3.credentials;
  const given = {
    name: 'photos',
    endpoint: s3.endpoint,
    bucket: s3.bucket,
    access_key_id,
    secret_access_key,
  };
  const created = await darkroom.request('/v1/credentials', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(given),
  });
  expect(created.status).toBe(201);
}, BUILD_MS);
afterAll(async () => {
  await darkroom.dispose();
  await web.close();
  await bucket.dispose();
  await s3.dispose();
});

const get = async (id: string) => (await darkroom.get(id)) as unknown as WatchedJob;

/** A pipeline whose result does not depend on its export. */
const pipeline = (params: object) => ({
  assets: [{ source: { url: `${web.url}/a.png` } }],
  steps: {
    facts: { operation: 'image.metadata' },
    out: {
      operation: 'export.s3',
      params: { credentials: 'photos', ...params },
      on_error: 'continue' as const,
    },
  },
  results: ['facts'],
});

test('another export passes one that waits for its server, which goes on when the server is back', async () => {
  await s3.stop();
  const { id } = await darkroom.submit(pipeline({ prefix: 'waited/' }));
  await expect
    .poll(() => get(id))
    .toMatchObject({
      pending: [{ kind: 'stage', state: 'retrying', error: { code: 'destination_unavailable' } }],
      steps: [{ state: 'completed' }, { state: 'running' }],
    });
  const other = await darkroom.submit({
    operation: 'export.http',
    params: { url: `${web.url}/put?{name}` },
    assets: [{ source: { url: `${web.url}/a.png` } }],
  });
  expect(await darkroom.until(other.id, 'completed', 'failed')).toMatchObject({ state: 'completed' });
  expect(await get(id)).toMatchObject({
    state: 'processing',
    steps: [{}, { state: 'running', error: null }],
  });

  await s3.start();
  expect(await darkroom.until(id, 'completed', 'failed')).toMatchObject({
    state: 'completed',
    steps: [{ state: 'completed' }, { state: 'completed' }],
  });
  const exported = { Bucket: s3.bucket, Key: 'waited/a.png' };
  expect((await bucket.client.send(new HeadObjectCommand(exported))).ContentLength).toBeGreaterThan(0);
});

test('one that is given up fails its step, and the rest of the job completes', async () => {
  await s3.stop();
  const { id } = await darkroom.submit(pipeline({ give_up_hours: 0 }));
  expect(await darkroom.until(id, 'completed', 'failed')).toMatchObject({
    state: 'completed',
    steps: [
      { name: 'facts', state: 'completed' },
      { name: 'out', state: 'failed', error: { code: 'destination_given_up' } },
    ],
    result: { files: 1 },
  });
  const { notes } = (await (await darkroom.request(`/v1/jobs/${id}/result`)).json()) as { notes: unknown[] };
  expect(notes).toMatchObject([{ code: 'step_failed' }]);
  await s3.start();
});
