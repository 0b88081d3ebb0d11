/** A server that asks for keys, and whose bucket goes away: what needs Temporal alone goes on. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatKey } from '../../../src/auth/api-key.ts';
import { ApiKeyStore } from '../../../src/storage/api-keys.ts';
import { createS3Store } from '../../../src/storage/s3/index.ts';
import { BUILD_MS, type S3Server, startS3Server } from '../../support/s3-server.ts';
import { type Darkroom, sleep, startDarkroom } from '../../support/server.ts';

let s3: S3Server;
let darkroom: Darkroom;

beforeAll(async () => {
  s3 = await startS3Server();
  const keys = new ApiKeyStore(createS3Store({ bucket: s3.bucket, access: s3 }));
  const wish = { tenant: 'acme', name: 'ci', role: 'submitter', expires_at: null } as const;
  const { written: token } = await keys.create(wish);
  const env = { ...s3.env, DARKROOM_STORE: `s3://${s3.bucket}`, DARKROOM_AUTH: 'keys' };
  darkroom = await startDarkroom({ env, token });
}, BUILD_MS);
afterAll(async () => {
  await darkroom.dispose();
  await s3.dispose();
});

test('a running job can be read and cancelled with a cached key', async () => {
  await darkroom.submit({ id: 'runs', operation: 'test.echo', params: { delay_ms: 600_000 } });
  await darkroom.until('runs', 'processing');
  await s3.stop();
  // Longer than what the store said of the key is fresh.
  await sleep(6000);
  const status = await darkroom.request('/v1/jobs/runs');
  expect([status.status, await status.json()]).toMatchObject([200, { state: 'processing' }]);
  const stranger = { authorization: `Bearer ${formatKey('0'.repeat(12), 'x'.repeat(43))}` };
  expect((await darkroom.request('/v1/jobs/runs', { headers: stranger })).status).toBe(503);
  expect((await darkroom.request('/v1/jobs/runs/cancel', { method: 'POST' })).status).toBe(202);
  await s3.start();
  await darkroom.until('runs', 'cancelled');
});
