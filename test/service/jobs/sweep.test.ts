/** What requests leave in the store when their process dies, or Temporal is away: the retention tells what belongs to a job. */
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DarkroomError } from '../../../src/errors.ts';
import type { JobRuntime } from '../../../src/jobs/ports/job-runtime.ts';
import type { JobRequest } from '../../../src/jobs/submit/job-submissions.ts';
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

/** Some days later. */
const deleteExpired = () =>
  lab.retention.keep(new Date(Date.now() + DAYS_MS), signal, (about, error) => {
    throw new Error(`It is in trouble with ${JSON.stringify(about)}`, { cause: error });
  });

async function keys(...parts: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of storeOf(lab).list(''))
    if (parts.some((part) => key.includes(part))) found.push(key);
  return found;
}
const markers = () => keys('_uploading/');
const echo = (id: string): JobRequest => ({
  id,
  operation: 'test.echo',
  callback: { url: 'http://127.0.0.1:1/hook', token: 'secret' },
});

test('of a request that died in its upload and was sent again, the second alone is kept', async () => {
  const submissions = await createSubmissions(lab);
  const keyed = { ...caller, idempotencyKey: 'sent-again' };
  const send = async () => {
    const uploads = await submissions.receive(keyed, metadata);
    await uploads.add({ part: 'file', name: 'a.png' }, Readable.from([picture]), signal);
    return uploads;
  };
  const died = await send();
  const { job } = await submissions.submit(keyed, metadata, await send());
  await lab.until(job, 'completed');
  expect(await keys(`/${job.id}/uploads/`)).toHaveLength(2);
  expect(await deleteExpired()).toMatchObject({ uploads: 1, failed: 0 });
  expect(await keys(`/${job.id}/uploads/`)).toHaveLength(1);
  expect(await markers()).toEqual([]);
  expect(died.staged.ref).toEqual({ tenant: 'public', id: job.id });
  const rerun = await (await lab.jobs.open(job)).rerun({});
  expect((await lab.until(rerun, 'completed', 'failed')).state).toBe('completed');
});

test('what was sealed for a job that is there stays, and its marker goes at once', async () => {
  const { job } = await (await createSubmissions(lab)).submit(caller, echo('sealed'));
  expect(await markers()).toEqual([]);
  expect(await keys('/sealed/sealed/')).toHaveLength(1);
  // Sent again, it seals nothing that stays.
  expect((await (await createSubmissions(lab)).submit(caller, echo('sealed'))).created).toBe(false);
  expect(await markers()).toEqual([]);
  expect(await keys('/sealed/sealed/')).toHaveLength(1);
  await lab.until(job, 'completed');
});

test('what was sealed while Temporal was away goes a day later', async () => {
  const away = createClient(embeddedTarget(`127.0.0.1:${await freePort('127.0.0.1', 0)}`));
  const submissions = await createSubmissions(lab, { runtime: new TemporalRuntime(away, []) });
  const { id: _, ...request } = echo('');
  for (let count = 0; count < 2; count++)
    await expect(submissions.submit(caller, request)).rejects.toMatchObject({ code: 'temporal_unavailable' });
  const before = await keys('/sealed/');
  expect(await markers()).toHaveLength(2);
  expect(await deleteExpired()).toMatchObject({ uploads: 2, failed: 0 });
  expect(await markers()).toEqual([]);
  expect(await keys('/sealed/')).toHaveLength(before.length - 2);
  await away.connection.close();
}, 30_000);

test('what was sealed stays when only the answer of the start was lost', async () => {
  const runtime = runtimeOf(lab);
  const start: JobRuntime['start'] = async (...args) => {
    await runtime.start(...args);
    throw new DarkroomError('temporal_unavailable', 'Its answer was lost');
  };
  const submissions = await createSubmissions(lab, { runtime: changed(runtime, { start }) });
  const submitted = submissions.submit(caller, echo('unheard'));
  await expect(submitted).rejects.toMatchObject({ code: 'temporal_unavailable' });
  expect(await markers()).toHaveLength(1);
  await lab.until((await lab.jobs.open({ tenant: 'public', id: 'unheard' })).job, 'completed');
  expect(await deleteExpired()).toMatchObject({ uploads: 1 });
  expect(await markers()).toEqual([]);
  expect(await keys('/unheard/sealed/')).toHaveLength(1);
});

test('of a job that waits for assets it is decided when it has ended', async () => {
  const runtime = runtimeOf(lab);
  const addAssets: JobRuntime['addAssets'] = async (...args) => {
    await runtime.addAssets(...args);
    throw new DarkroomError('worker_unavailable', 'Its answer was lost');
  };
  const submissions = await createSubmissions(lab, { runtime: changed(runtime, { addAssets }) });
  const await_assets = { total: 2 };
  const { job } = await submissions.submit(caller, { ...metadata, id: 'waits', await_assets });
  const send = async () => {
    const uploads = await submissions.receiveAssets(job);
    await uploads.add({ part: 'file', name: 'a.png' }, Readable.from([picture]), signal);
    return uploads;
  };
  await send();
  const heard = send().then((uploads) => submissions.addAssets(job, { assets: [] }, uploads));
  await expect(heard).rejects.toMatchObject({ code: 'worker_unavailable' });
  expect(await markers()).toHaveLength(2);
  expect(await deleteExpired()).toMatchObject({ uploads: 0, failed: 0 });
  expect(await keys('/waits/uploads/')).toHaveLength(2);

  const last = await (await createSubmissions(lab)).receiveAssets(job);
  await last.add({ part: 'file', name: 'b.png' }, Readable.from([picture]), signal);
  await (await createSubmissions(lab)).addAssets(job, { assets: [] }, last);
  await lab.until(job, 'completed');
  expect(await deleteExpired()).toMatchObject({ uploads: 2, failed: 0 });
  expect(await markers()).toEqual([]);
  expect(await keys('/waits/uploads/')).toHaveLength(2);
  expect(await keys('/waits/sealed/')).toHaveLength(2);
});
