/** Store writes of requests whose process crashed, or that Temporal did not answer: retention keeps those of existing jobs only. */
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DarkroomError } from '../../../src/errors.ts';
import type { JobRuntime } from '../../../src/jobs/ports/job-runtime.ts';
import type { AssetsRequest } from '../../../src/jobs/submit/asset-submissions.ts';
import type { JobRequest, ReadForm } from '../../../src/jobs/submit/submitter.ts';
import type { Uploads } from '../../../src/jobs/submit/uploads.ts';
import { createClient, embeddedTarget } from '../../../src/temporal/connection.ts';
import { freePort } from '../../../src/temporal/embedded/ports.ts';
import { TemporalRuntime } from '../../../src/temporal/runtime.ts';
import { changed, createSubmissions, runtimeOf, storeOf } from '../../support/job-submissions.ts';
import { type Lab, startLab } from '../../support/lab.ts';
import { plain } from '../../support/pictures.ts';

const DAYS_MS = 3 * 24 * 60 * 60 * 1000;
const signal = new AbortController().signal;
const caller = { tenant: 'public', dialect: 'native' };
const metadata: JobRequest = { operation: 'image.metadata' };

let lab: Lab;
let picture: Buffer;

beforeAll(async () => {
  picture = await plain(16, 16).png().toBuffer();
  lab = await startLab();
});
afterAll(() => lab.dispose());

/** Runs retention as if some days had passed. */
const deleteExpired = () =>
  lab.retention.execute(new Date(Date.now() + DAYS_MS), signal, (about, error) => {
    throw new Error(`Retention failed for ${JSON.stringify(about)}`, { cause: error });
  });

async function keys(...parts: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of storeOf(lab).list(''))
    if (parts.some((part) => key.includes(part))) found.push(key);
  return found;
}
const markers = () => keys('_uploading/');
/** A request whose inputs are sealed in the store, since they are long. Its job fails: the assets do not exist. */
const long = (id: string): JobRequest => ({
  id,
  operation: 'test.echo',
  assets: Array.from({ length: 300 }, () => ({ source: { path: 'none'.repeat(50) } })),
  callback: { url: 'http://127.0.0.1:1/hook', token: 'secret' },
});

/** Reads a form with one file. */
const form =
  <Request>(request: Request): ReadForm<Request> =>
  async (open) => {
    const uploads = await open(request);
    await uploads.add({ part: 'file', name: 'a.png' }, Readable.from([picture]), signal);
    return { request, uploads };
  };

/** Sends a request whose process crashes once its file is stored: nothing is committed or rolled back. */
const crash = <Request>(
  request: Request,
  send: (source: ReadForm<Request>) => Promise<unknown>,
): Promise<Uploads> =>
  new Promise((resolve, reject) => {
    const source: ReadForm<Request> = async (open) => {
      resolve((await form(request)(open)).uploads);
      return new Promise(() => undefined);
    };
    send(source).catch(reject);
  });

test('keeps only the second of two uploads when the first request crashed and was repeated', async () => {
  const submissions = await createSubmissions(lab);
  const keyed = { ...caller, idempotencyKey: 'sent-again' };
  const crashed = await crash(metadata, (source) => submissions.submit(keyed, source));
  const { job } = await submissions.submit(keyed, form(metadata));
  await lab.until(job, 'completed');
  expect(await keys(`/${job.id}/uploads/`)).toHaveLength(2);
  expect(await deleteExpired()).toMatchObject({ uploads: 1, failed: 0 });
  expect(await keys(`/${job.id}/uploads/`)).toHaveLength(1);
  expect(await markers()).toEqual([]);
  expect(crashed.staged.ref).toEqual({ tenant: 'public', id: job.id });
  const rerun = await (await lab.jobs.open(job)).rerun({});
  expect((await lab.until(rerun, 'completed', 'failed')).state).toBe('completed');
});

test('keeps sealed inputs of an existing job, and deletes their marker immediately', async () => {
  const { job } = await (await createSubmissions(lab)).submit(caller, long('sealed'));
  expect(await markers()).toEqual([]);
  expect(await keys('/sealed/sealed/')).toHaveLength(1);
  // What the repeated request seals is deleted.
  expect((await (await createSubmissions(lab)).submit(caller, long('sealed'))).created).toBe(false);
  expect(await markers()).toEqual([]);
  expect(await keys('/sealed/sealed/')).toHaveLength(1);
  await lab.until(job, 'failed');
});

test('stores nothing of a job with short inputs, secret or not, before it exists', async () => {
  // A tenant of its own: jobs of the earlier tests may still store their deliveries.
  const tenant = 'short-inputs';
  const stored = () => keys(`${tenant}/`, '_uploading/');
  const { id: _, assets: __, ...request } = long('');
  const start: JobRuntime['start'] = async () => {
    expect(await stored()).toEqual([]);
    throw new DarkroomError('temporal_unavailable', 'Temporal does not answer');
  };
  const refusing = await createSubmissions(lab, { runtime: changed(runtimeOf(lab), { start }) });
  const submission = { ...caller, tenant };
  await expect(refusing.submit(submission, request)).rejects.toMatchObject({ code: 'temporal_unavailable' });
  expect(await stored()).toEqual([]);
  const { job } = await (await createSubmissions(lab)).submit(submission, request);
  await lab.until(job, 'failed', 'completed');
  expect(await stored()).not.toEqual([]);
});

test('deletes inputs that were sealed during an outage of Temporal a day later', async () => {
  const away = createClient(embeddedTarget(`127.0.0.1:${await freePort('127.0.0.1', 0)}`));
  const submissions = await createSubmissions(lab, {
    runtime: new TemporalRuntime(away, [], 'http://127.0.0.1'),
  });
  const { id: _, ...request } = long('');
  for (let count = 0; count < 2; count++)
    await expect(submissions.submit(caller, request)).rejects.toMatchObject({ code: 'temporal_unavailable' });
  const before = await keys('/sealed/');
  expect(await markers()).toHaveLength(2);
  expect(await deleteExpired()).toMatchObject({ uploads: 2, failed: 0 });
  expect(await markers()).toEqual([]);
  expect(await keys('/sealed/')).toHaveLength(before.length - 2);
  await away.connection.close();
});

test('keeps sealed inputs when only the response of the start was lost', async () => {
  const runtime = runtimeOf(lab);
  const start: JobRuntime['start'] = async (...args) => {
    await runtime.start(...args);
    throw new DarkroomError('temporal_unavailable', 'The response was lost');
  };
  const submissions = await createSubmissions(lab, { runtime: changed(runtime, { start }) });
  const submitted = submissions.submit(caller, long('lost-response'));
  await expect(submitted).rejects.toMatchObject({ code: 'temporal_unavailable' });
  expect(await markers()).toHaveLength(1);
  await lab.until((await lab.jobs.open({ tenant: 'public', id: 'lost-response' })).job, 'failed');
  expect(await deleteExpired()).toMatchObject({ uploads: 1 });
  expect(await markers()).toEqual([]);
  expect(await keys('/lost-response/sealed/')).toHaveLength(1);
});

test('settles uploads of a job that waits for assets once it has ended', async () => {
  const runtime = runtimeOf(lab);
  const addAssets: JobRuntime['addAssets'] = async (...args) => {
    await runtime.addAssets(...args);
    throw new DarkroomError('worker_unavailable', 'The response was lost');
  };
  const submissions = await createSubmissions(lab, { runtime: changed(runtime, { addAssets }) });
  const await_assets = { total: 2 };
  const { job } = await submissions.submit(caller, { ...metadata, id: 'waits', await_assets });
  const request: AssetsRequest = { assets: [] };
  await crash(request, (source) => submissions.addAssets(job, source));
  await expect(submissions.addAssets(job, form(request))).rejects.toMatchObject({
    code: 'worker_unavailable',
  });
  expect(await markers()).toHaveLength(2);
  expect(await deleteExpired()).toMatchObject({ uploads: 0, failed: 0 });
  expect(await keys('/waits/uploads/')).toHaveLength(2);

  await (await createSubmissions(lab)).addAssets(job, form(request));
  await lab.until(job, 'completed');
  expect(await deleteExpired()).toMatchObject({ uploads: 2, failed: 0 });
  expect(await markers()).toEqual([]);
  expect(await keys('/waits/uploads/')).toHaveLength(2);
  expect(await keys('/waits/sealed/')).toHaveLength(2);
});
