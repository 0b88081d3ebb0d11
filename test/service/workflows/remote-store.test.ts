/** Jobs whose bytes lie on another machine, which may be slow to send and to take them. */
import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Job } from '../../../src/jobs/model/job.ts';
import { createS3Store } from '../../../src/storage/s3/index.ts';
import { type Lab, startLab } from '../../support/lab.ts';
import { plain } from '../../support/pictures.ts';
import { type FaultyProxy, startProxy } from '../../support/proxy.ts';
import { BUILD_MS, type S3Server, startS3Server } from '../../support/s3-server.ts';
import { startWeb, type Web } from '../../support/web.ts';

let server: S3Server;
let wire: FaultyProxy;
let web: Web;
let lab: Lab;
/** Requests to the store that meet with faults. */
let concern = /^$/;

beforeAll(async () => {
  server = await startS3Server();
  wire = await startProxy(server.endpoint, (path) => concern.test(path));
  web = await startWeb({ '/a.png': await plain(16, 16).png().toBuffer() });
  const store = createS3Store({ bucket: server.bucket, access: { ...server, endpoint: wire.url } });
  lab = await startLab({ store });
}, BUILD_MS);
afterAll(async () => {
  await lab.dispose();
  await web.close();
  await wire.close();
  await server.dispose();
});
beforeEach(() => {
  wire.seen.length = 0;
});

const transform = (assets: number): Promise<Job> =>
  lab.submit({
    operation: 'image.transform',
    params: { width: 8 },
    assets: Array.from({ length: assets }, () => ({ source: { url: `${web.url}/a.png` } })),
  });

/** The worker keeps directories of its own in scratch, and one file: the journal of its activities. */
const filesIn = async (directory: string): Promise<string[]> =>
  (await readdir(directory, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name !== 'journal.jsonl')
    .map(({ name }) => name);

/** After so long without an answer the store's client gives up. */
const STORE_TIMEOUT_MS = 120_000;

/** Cancels a job. Expects that it ends before the store's client gives up, and leaves nothing in scratch. */
async function cancelled(job: Job): Promise<void> {
  const from = Date.now();
  await (await lab.jobs.open(job)).control('cancel');
  expect(await lab.until(job, 'cancelled', 'failed', 'completed')).toMatchObject({ state: 'cancelled' });
  expect(Date.now() - from).toBeLessThan(STORE_TIMEOUT_MS - 20_000);
  expect(await filesIn(lab.workDir)).toEqual([]);
}

test('a cancelled job does not wait for an input that the store does not send', async () => {
  concern = /inputs\/asset-.*GetObject/;
  wire.faults = ['hang'];
  const job = await transform(1);
  await expect.poll(() => wire.seen.length).toBe(1);
  await cancelled(job);
});

test('results are stored concurrently, and a cancelled job does not wait for one that the store does not accept', async () => {
  concern = /output-.*PutObject/;
  wire.faults = ['hang'];
  const job = await transform(3);
  await expect.poll(() => wire.seen.length).toBe(3);
  await cancelled(job);
});

test('an activity without one of its inputs is retried, and leaves nothing', async () => {
  concern = /inputs\/asset-00002.*GetObject/;
  // With all the retries of the client.
  wire.faults = Array(5).fill('refuse');
  const job = await lab.until(await transform(20), 'completed', 'failed');
  expect(job).toMatchObject({ state: 'completed', error: null });
  expect(wire.seen.length).toBe(6);
  expect(await filesIn(lab.workDir)).toEqual([]);
});
