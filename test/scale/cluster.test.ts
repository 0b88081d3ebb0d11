/**
 * What docker-compose.yml describes, run here: Temporal on PostgreSQL, an S3 server, two APIs and two workers, none of
 * which share a directory. Parts are killed in the middle of the work. The tests are one story, in this order.
 */
import type { Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Job } from '../../src/jobs/model/job.ts';
import { searchAttributes } from '../../src/temporal/names.ts';
import { closedAt, completedActivities, findActivityWorker } from '../support/cluster/activity-history.ts';
import { type TemporalPrograms, temporalPrograms } from '../support/cluster/temporal.ts';
import { type Cluster, NAMESPACE, startCluster, type WorkerPart } from '../support/cluster.ts';
import { type GatedWeb, startGatedWeb } from '../support/gated-web.ts';
import { decode } from '../support/pictures.ts';
import { BUILD_MS, type S3Server, s3Program, startS3Server } from '../support/s3-server.ts';
import { type Darkroom, ready } from '../support/server.ts';

/** temporal.api.enums.v1.IndexedValueType */
const TYPES = { KEYWORD: 2, INT: 3, KEYWORD_LIST: 7 };

let programs: TemporalPrograms;
let cluster: Cluster;
let s3: S3Server;
let web: GatedWeb;
let apis: [Darkroom, Darkroom];
let workers: WorkerPart[];

beforeAll(async () => {
  programs = await temporalPrograms();
  await s3Program();
}, 2 * BUILD_MS);

beforeAll(async () => {
  web = await startGatedWeb();
  s3 = await startS3Server();
  cluster = await startCluster(programs, { ...s3.env, DARKROOM_STORE: `s3://${s3.bucket}/jobs` });
});

afterAll(async () => {
  await cluster?.dispose();
  await web?.close();
  await s3?.dispose();
});

test('API and workers wait for their namespace, and register the search attributes', async () => {
  apis = [await cluster.startApi(), await cluster.startApi()];
  workers = [await cluster.startWorker(), await cluster.startWorker()];
  await expect.poll(() => healthOf(apis[0])).toBe(200);
  const early = await submission(apis[0], { operation: 'system.echo' });
  expect([early.status, await early.text()]).toEqual([503, expect.stringContaining(NAMESPACE)]);

  await cluster.createNamespace();
  const answers = new Set<number>();
  const submit = async () => {
    const { status } = await submission(apis[1], { id: 'first', operation: 'system.echo' });
    answers.add(status);
    return status;
  };
  await expect.poll(submit).toBe(202);
  // Until all is there, it is Temporal that is missing, and no request is at fault.
  expect([...answers].filter((status) => ![202, 503].includes(status))).toEqual([]);
  const { operatorService } = cluster.client.connection as Connection;
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace: NAMESPACE });
  const wanted = searchAttributes.map(({ name, type }) => [name, TYPES[type]]);
  expect(customAttributes).toEqual(Object.fromEntries(wanted));
  await Promise.all(apis.map(ready));
  expect((await apis[0].until('first', 'completed')).state).toBe('completed');
});

test('both APIs show the same job', async () => {
  const [one, other] = apis;
  const spec = { id: 'shared', operation: 'system.echo', params: { word: 'seen' }, callback: callback() };
  await one.submit(spec);
  await other.until('shared', 'completed');
  expect(await other.get('shared')).toEqual(await one.get('shared'));
  // Both derive the same digests and seals from the one master key.
  expect((await other.submit(spec)).state).toBe('completed');
  expect((await submission(other, { ...spec, params: { word: 'other' } })).status).toBe(409);
  const result = await (await other.request('/v1/jobs/shared/result')).json();
  expect(result).toMatchObject({ data: { word: 'seen' } });
});

test('all jobs complete with one callback each after a worker was killed during its activities', async () => {
  web.hold();
  const ids: string[] = [];
  const [lost] = workers;
  if (!lost) throw new Error('No worker');
  for (;;) {
    const id = `photo-${ids.length}`;
    ids.push(id);
    const api = apis[ids.length % 2] as Darkroom;
    await api.submit(pictureJob(id, ids.length - 1));
    if (ids.length < 8) continue;
    const holders = await Promise.all(ids.map((id) => findActivityWorker(cluster.client, id)));
    if (workers.every(({ identity }) => holders.some((holder) => identity.test(holder ?? '')))) break;
  }
  await lost.lose();
  web.release();
  for (const [index, id] of ids.entries()) {
    const api = apis[index % 2] as Darkroom;
    expect((await api.until(id, 'completed', 'failed')).state).toBe('completed');
    expect(await pictureOf(api, id)).toEqual(expectedPicture(index));
  }
  await expect.poll(() => callbacksOf(ids).length).toBe(ids.length);
  expect(new Set(callbacksOf(ids)).size).toBe(ids.length);
});

test('a worker processes the downloads of another one that is gone with its disk', async () => {
  const [, first] = workers;
  const [api] = apis;
  if (!first) throw new Error('No worker');
  web.hold();
  const assets = Array.from({ length: 20 }, (_, index) => ({
    source: { url: `${web.url}/${index % 2}.jpg` },
  }));
  await api.submit({ ...pictureJob('moved', 0), assets });
  await expect.poll(() => findActivityWorker(cluster.client, 'moved')).toMatch(first.identity);
  await api.request('/v1/jobs/moved/pause', { method: 'POST' });
  web.release();
  await expect
    .poll(async () => (await completedActivities(cluster.client, 'moved')).map(({ step }) => step))
    .toEqual(['download', 'download']);
  await first.lose();
  const second = await cluster.startWorker();
  workers = [second];
  await expect
    .poll(async () => (await api.request('/v1/jobs/moved/resume', { method: 'POST' })).status)
    .toBe(202);
  await api.until('moved', 'completed', 'failed');
  const { files } = (await (await api.request('/v1/jobs/moved/files')).json()) as {
    files: { path: string }[];
  };
  expect(files).toHaveLength(20);
  for (const [index, { path }] of files.entries()) {
    expect(await pictureOf(api, 'moved', path)).toEqual({ ...expectedPicture(index), width: 100 });
  }
  const steps = await completedActivities(cluster.client, 'moved');
  expect(steps.filter(({ step }) => step === 'download').every(({ by }) => first.identity.test(by))).toBe(
    true,
  );
  expect(steps.filter(({ step }) => step === 'runStage').every(({ by }) => second.identity.test(by))).toBe(
    true,
  );
  expect(new Set(steps.map(({ step }) => step))).toEqual(
    new Set(['download', 'runStage', 'packageJob', 'notify']),
  );
});

test('lists are complete and in order on PostgreSQL, page by page, from either API', async () => {
  const [one, other] = apis;
  const since = new Date().toISOString();
  const ended = await Promise.all(
    Array.from({ length: 17 }, (_, index) => one.submit({ id: `list-${index}`, operation: 'system.echo' })),
  );
  const broken = await other.submit({ operation: 'test.echo', params: { fail: 'permanent' } });
  for (const { id } of [...ended, broken]) await one.until(id, 'completed', 'failed');
  const running: string[] = [];
  for (let index = 0; index < 3; index++) {
    const { id } = await other.submit({ operation: 'test.echo', params: { delay_ms: 600_000 } });
    running.unshift(id);
  }
  const all = [...running, broken.id, ...ended.map(({ id }) => id)];
  const listed = () => pages(`since=${since}&limit=4`);
  await expect.poll(async () => (await listed()).map(({ id }) => id).sort()).toEqual([...all].sort());
  const jobs = await listed();
  expect(jobs.slice(0, 3).map(({ id }) => id)).toEqual(running);
  // By Temporal's time of the end, which is a little after ours.
  const ends = await Promise.all(jobs.slice(3).map(({ id }) => closedAt(cluster.client, id)));
  expect(ends).toEqual([...ends].sort((a, b) => b - a));
  await expect.poll(async () => idsOf(`since=${since}&state=failed`)).toEqual([broken.id]);
  expect((await idsOf(`since=${since}&operation=system.echo&limit=5`)).sort()).toEqual(
    ended.map(({ id }) => id).sort(),
  );
  expect(await idsOf(`since=${since}&operation=image.transform`)).toEqual([]);

  await Promise.all(running.map((id) => one.request(`/v1/jobs/${id}/cancel`, { method: 'POST' })));
  const cancelled = async () => (await idsOf(`since=${since}&state=cancelled`)).sort();
  await expect.poll(cancelled).toEqual([...running].sort());
  expect((await one.request('/v1/jobs/list-3', { method: 'DELETE' })).status).toBe(204);
  expect((await other.request('/v1/jobs/list-3')).status).toBe(404);
  await expect.poll(() => idsOf(`since=${since}`)).not.toContain('list-3');
});

test('availability follows the online workers', async () => {
  const [api] = apis;
  const available = async () =>
    ((await (await api.request('/v1/operations/image.transform')).json()) as { available: boolean })
      .available;
  expect(await available()).toBe(true);
  await workers[0]?.end('SIGKILL');
  await expect.poll(available).toBe(false);
  expect(await (await api.request('/readyz')).json()).toMatchObject({ missing: ['worker'] });
  workers = [await cluster.startWorker(), await cluster.startWorker()];
  await expect.poll(available).toBe(true);
  // A worker that stops in order leaves the list at once, and the other continues.
  await workers[0]?.end();
  expect(await available()).toBe(true);
});

test('an API has all jobs of another one that was killed', async () => {
  const [one, other] = apis;
  await one.submit({
    id: 'orphan',
    operation: 'test.echo',
    params: { delay_ms: 1500 },
    callback: callback(),
  });
  one.process.kill('SIGKILL');
  expect((await other.until('orphan', 'completed')).state).toBe('completed');
  await expect.poll(() => callbacksOf(['orphan']).length).toBe(1);
});

test('no accepted job is lost when Temporal is killed and restarted', async () => {
  const [, api] = apis;
  const jobs = await Promise.all(
    [0, 1, 2].map((index) =>
      api.submit({ operation: 'test.echo', params: { delay_ms: 8000, index }, callback: callback() }),
    ),
  );
  await Promise.all(jobs.map(({ id }) => api.until(id, 'processing')));
  await cluster.temporal.kill();
  await expect.poll(async () => (await api.request('/readyz')).status).toBe(503);
  expect((await api.get('shared')).state).toBe('completed');
  expect((await submission(api, { operation: 'system.echo' })).status).toBe(503);
  await cluster.temporal.start();
  await ready(api);
  for (const { id } of jobs) expect((await api.until(id, 'completed', 'failed')).state).toBe('completed');
  await expect.poll(() => new Set(callbacksOf(jobs.map(({ id }) => id))).size).toBe(jobs.length);
});

const healthOf = async ({ request }: Darkroom) => (await request('/healthz').catch(() => null))?.status;

const submission = ({ request }: Darkroom, spec: object): Promise<Response> =>
  request('/v1/jobs', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(spec),
  });

const callback = () => ({ url: `${web.url}/hook`, token: 'only for the receiver' });

const pictureJob = (id: string, index: number) => ({
  id,
  operation: 'image.transform',
  params: { width: 100 + index, format: 'png' },
  assets: [{ source: { url: `${web.url}/${index % 2}.jpg` } }],
  callback: callback(),
});

const expectedPicture = (index: number) => ({ width: 100 + index, colour: web.colours[index % 2] });

async function pictureOf({ request }: Darkroom, id: string, path?: string) {
  const name =
    path ??
    ((await (await request(`/v1/jobs/${id}/files`)).json()) as { files: { path: string }[] }).files[0]?.path;
  const bytes = await (await request(`/v1/jobs/${id}/files/${name}`)).arrayBuffer();
  const { width, at } = await decode(new Uint8Array(bytes));
  const [red = 0, , blue = 0] = at(0.5, 0.5);
  return { width, colour: red > blue ? 'red' : 'blue' };
}

/** The `webhook-id` of each callback about one of these jobs, repetitions included. */
const callbacksOf = (ids: readonly string[]): string[] =>
  web.received
    .filter(({ body }) => ids.some((id) => body.includes(`"${id}"`)))
    .map(({ headers }) => String(headers['webhook-id']));

/** All pages of a list, asked of one API and the other by turns. */
async function pages(query: string): Promise<Job[]> {
  const jobs: Job[] = [];
  for (let page = 0, cursor = ''; ; page++) {
    const next = cursor && `&cursor=${encodeURIComponent(cursor)}`;
    const response = await (apis[page % 2] as Darkroom).request(`/v1/jobs?${query}${next}`);
    expect(response.status, `${query}${next}`).toBe(200);
    const body = (await response.json()) as { jobs: Job[]; next_cursor: string | null };
    jobs.push(...body.jobs);
    if (body.next_cursor === null) return jobs;
    cursor = body.next_cursor;
  }
}

const idsOf = async (query: string): Promise<string[]> => (await pages(query)).map(({ id }) => id);
