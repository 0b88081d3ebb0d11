/** Retention deletes what has expired, and nothing else. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { leftoversDeletion } from '../../../src/jobs/model/scheduled-deletion.ts';
import type { JobRecord } from '../../../src/jobs/ports/job-archive.ts';
import { workflowIdOf } from '../../../src/temporal/names.ts';
import { type Lab, startLab } from '../../support/lab.ts';
import { labOperation } from '../../support/lab-operation.ts';
import { plain } from '../../support/pictures.ts';
import { sleep } from '../../support/server.ts';
import { startWeb, type Web } from '../../support/web.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
/** Longer than a test takes from the end of a job to a look at what is left of it. */
const WORK_MS = 4000;

let lab: Lab;
let web: Web;
let fetches = 0;
const problems: { about: unknown; error: unknown }[] = [];

let letGo = () => {};
/** What the stage of \`lab.held\` waits for. */
let held: Promise<void> = Promise.resolve();

const holds = labOperation('lab.held', async ({ params, outputs }) => {
  await held;
  await outputs.json(params);
});

beforeAll(async () => {
  const picture = await plain(16, 16).png().toBuffer();
  web = await startWeb({
    '/a.png': (_, response) => {
      fetches += 1;
      response.end(picture);
    },
  });
  lab = await startLab({ operations: [holds], policy: { jobMs: null, workMs: WORK_MS } });
});
afterAll(async () => {
  await lab.dispose();
  await web.close();
});

const gallery = (id: string, more: object = {}) => ({
  id,
  operation: 'image.gallery',
  assets: [{ source: { url: `${web.url}/a.png` } }],
  ...more,
});
const ended = async (id: string, more?: object) =>
  lab.until(await lab.submit(gallery(id, more)), 'completed');
/** As if so many milliseconds had passed. */
const deleteExpired = (ms = 0) =>
  lab.retention.execute(new Date(Date.now() + ms), new AbortController().signal, (about, error) => {
    problems.push({ about, error });
  });
const ref = (id: string) => ({ tenant: 'public', id });

async function files(id: string): Promise<string[]> {
  const all = await readdir(lab.storeDir, { recursive: true, withFileTypes: true });
  return all
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(lab.storeDir.length + 1))
    .filter(
      (path) =>
        [`/${id}/`, `-${id}`, `~${id}~`].some((part) => path.includes(part)) || path.endsWith(`/${id}`),
    )
    .sort();
}

/** Path and content of each file of the result. */
async function result(id: string): Promise<string[][]> {
  const { files: found } = await (await lab.jobs.open(ref(id))).result();
  return Promise.all(found.map(async ({ entry, open }) => [entry.path, await text((await open()) as never)]));
}

test('deletes what only a rerun needs first; the result stays, and a rerun computes everything', async () => {
  const { state } = await ended('work');
  expect(state).toBe('completed');
  const before = await result('work');
  expect(
    (await files('work')).filter((path) => /\/(inputs\/|checkpoint-|workspace-)/.test(path)).length,
  ).toBeGreaterThan(2);
  await deleteExpired();
  expect((await files('work')).filter((path) => path.includes('/inputs/')).length).toBeGreaterThan(0);

  await deleteExpired(2 * WORK_MS + 100);
  const left = await files('work');
  expect(left.filter((path) => /\/(inputs\/|checkpoint-|workspace-)/.test(path))).toEqual([]);
  expect(left.filter((path) => path.startsWith('_due/'))).toEqual([]);
  expect(await result('work')).toEqual(before);

  await sleep(WORK_MS);
  const fetchesBefore = fetches;
  const job = await (await lab.jobs.open(ref('work'))).rerun({ from: 'pages' });
  expect((await lab.until(job, 'completed')).run).toBe(2);
  expect(fetches).toBe(fetchesBefore + 1);
  expect((await result('work')).map(([path]) => path)).toEqual(before.map(([path]) => path));
});

test('hides an expired job and deletes it soon after; its id stays taken', async () => {
  const job = await ended('short-lived', { keep_days: 1 });
  const expiresAt = Date.parse(job.expires_at ?? '');
  expect(expiresAt - Date.parse(job.completed_at ?? '')).toBe(DAY_MS);
  vi.useFakeTimers({ toFake: ['Date'], now: expiresAt + 100 });
  try {
    await expect(lab.jobs.open(job)).rejects.toMatchObject({
      code: 'job_not_found',
      message: `Job "short-lived" was kept until ${job.expires_at}`,
    });
    const { jobs } = await lab.jobs.list('public', {}, { limit: 200 });
    expect(jobs.map(({ id }) => id)).not.toContain('short-lived');
    await expect(lab.jobs.open(job).then((job) => job.rerun({}))).rejects.toMatchObject({
      code: 'job_not_found',
    });
    await expect(lab.submit(gallery('short-lived'))).rejects.toMatchObject({ code: 'job_id_deleted' });
  } finally {
    vi.useRealTimers();
  }

  expect(await deleteExpired(DAY_MS + 2 * 60_000)).toMatchObject({ jobs: 1 });
  expect(await files('short-lived')).toEqual(['public/deleted/short-lived']);
  await expect(lab.submit(gallery('short-lived'))).rejects.toMatchObject({ code: 'job_id_deleted' });
});

test('deletes first the intermediate data, then the job, if the job is kept longer', async () => {
  await ended('later', { keep_days: 1 });
  expect(await deleteExpired(3 * WORK_MS)).toMatchObject({ work: 1, jobs: 0 });
  expect(await deleteExpired(3 * WORK_MS)).toMatchObject({ work: 0, jobs: 0 });
  expect((await result('later')).length).toBeGreaterThan(0);
  expect(await deleteExpired(DAY_MS + HOUR_MS)).toMatchObject({ work: 0, jobs: 1 });
  expect(await files('later')).toEqual(['public/deleted/later']);
});

test('starts one run for two concurrent reruns after intermediate data has expired, and loses nothing', async () => {
  const job = await ended('twice');
  await sleep(WORK_MS + 100);
  const answers = await Promise.all([
    lab.jobs.open(job).then((job) => job.rerun({})),
    lab.jobs.open(job).then((job) => job.rerun({})),
  ]);
  expect(answers.map(({ run }) => run)).toEqual([2, 2]);
  await expect
    .poll(async () => [(await lab.jobs.open(job)).job.run, (await lab.jobs.open(job)).job.state])
    .toEqual([2, 'completed']);
  const left = await files('twice');
  expect(left.filter((path) => path.includes('/inputs/')).length).toBeGreaterThan(0);
  expect(left.filter((path) => path.includes('/runs/1/main/checkpoint-'))).toEqual([]);
  expect(left.filter((path) => path.includes('/runs/2/main/checkpoint-')).length).toBeGreaterThan(0);
  expect((await result('twice')).length).toBeGreaterThan(0);
  await lab.jobs.delete(job);
});

test('deletes nothing while a rerun is active', async () => {
  const job = await lab.until(await lab.submit({ id: 'again', operation: 'lab.held' }), 'completed');
  const before = (await files('again')).filter((path) => path.includes('/runs/1/'));
  held = new Promise((resolve) => {
    letGo = resolve;
  });
  const running = await (await lab.jobs.open(job)).rerun({});
  expect(await deleteExpired(3 * WORK_MS)).toMatchObject({ work: 0, jobs: 0 });
  expect((await files('again')).filter((path) => path.includes('/runs/1/'))).toEqual(before);
  letGo();
  const rerun = await lab.until(running, 'completed');
  expect(rerun.run).toBe(2);
  expect(await deleteExpired(3 * WORK_MS)).toMatchObject({ work: 1 });
});

test('records a job that was terminated in Temporal, and calls its client back once', async () => {
  const job = await lab.submit({
    id: 'forced',
    operation: 'test.echo',
    params: { delay_ms: 600_000 },
    callback: { url: `${web.url}/forced` },
    keep_days: 2,
  });
  await lab.until(job, 'processing');
  const handle = lab.client.workflow.getHandle(workflowIdOf(job));
  await handle.terminate('took too long');
  const terminated = await lab.until(job, 'failed');
  expect(Date.parse(terminated.expires_at ?? '') - Date.parse(terminated.completed_at ?? '')).toBe(
    2 * DAY_MS,
  );
  // Temporal's list lags behind a little.
  await expect.poll(async () => (await deleteExpired()).recorded).toBe(1);
  expect(await deleteExpired()).toMatchObject({ recorded: 0 });

  const path = join(lab.storeDir, 'public/jobs/forced/job.json');
  const record = JSON.parse(await readFile(path, 'utf8')) as JobRecord;
  expect(record.job).toMatchObject({
    state: 'failed',
    error: { code: 'terminated', message: 'The job was terminated in Temporal: took too long' },
  });
  expect(record.job.expires_at).toBe(terminated.expires_at);
  expect(record.runInput?.header.id).toBe('forced');

  const callbacks = () => web.received.filter((request) => request.path === '/forced');
  await expect.poll(() => callbacks().length).toBe(1);
  expect(JSON.parse(callbacks()[0]?.body ?? '')).toMatchObject({
    type: 'job.failed',
    data: { id: 'forced', state: 'failed', error: { code: 'terminated' } },
  });
  await expect.poll(() => lab.archive.deliveries(job)).toHaveLength(1);
  const [delivery] = await lab.archive.deliveries(job);
  expect(delivery).toMatchObject({ event: 'job.failed', state: 'delivered', run: 1 });
  // An execution of the retention that was interrupted between callback and record.
  await rm(path);
  expect(await deleteExpired()).toMatchObject({ recorded: 1 });
  expect(callbacks()).toHaveLength(1);
});

describe('a job deleted while it ran', () => {
  const running = async (id: string) =>
    lab.until(await lab.submit({ id, operation: 'test.echo', params: { delay_ms: 600_000 } }), 'processing');

  test('is deleted again later, with data of an activity that missed the cancellation', async () => {
    await lab.jobs.delete(await running('written-to'));
    const late = join(lab.storeDir, 'public/jobs/written-to/runs/1/main/output-echo-all-1/late.txt');
    await mkdir(dirname(late), { recursive: true });
    await writeFile(late, 'of a worker that was cut off');
    await deleteExpired(HOUR_MS);
    expect(await files('written-to')).toHaveLength(3);
    await deleteExpired(DAY_MS + HOUR_MS);
    expect(await files('written-to')).toEqual(['public/deleted/written-to']);
  });

  test('is deleted later if the API crashed during the deletion', async () => {
    const job = await running('half-deleted');
    await lab.archive.tombstone(job, leftoversDeletion(job, new Date()));
    expect(await deleteExpired(DAY_MS + HOUR_MS)).toMatchObject({ failed: 0 });
    expect(await files('half-deleted')).toEqual(['public/deleted/half-deleted']);
    // Forgetting it takes Temporal a while.
    const status = await lab.client.workflow
      .getHandle(workflowIdOf(job))
      .describe()
      .then(
        (found) => found.status.name,
        () => null,
      );
    expect(status).not.toBe('RUNNING');
  });
});

test('is safe when two processes execute it at once', async () => {
  await ended('both', { keep_days: 1 });
  const counts = await Promise.all([deleteExpired(DAY_MS + HOUR_MS), deleteExpired(DAY_MS + HOUR_MS)]);
  expect(counts.reduce((sum, { jobs }) => sum + jobs, 0)).toBeGreaterThan(0);
  expect(await files('both')).toEqual(['public/deleted/both']);
});

test('keeps the data of a rerun that started meanwhile', async () => {
  const job = await ended('late');
  const record = JSON.parse(
    await readFile(join(lab.storeDir, 'public/jobs/late/job.json'), 'utf8'),
  ) as JobRecord;
  const until = new Date(Date.now() + 1);
  await sleep(20);
  const written = ['inputs/00000.json', 'inputs/asset-00000', 'runs/2/main/checkpoint-pictures-00000.json'];
  for (const path of written) {
    const whole = join(lab.storeDir, 'public/jobs/late', path);
    await mkdir(dirname(whole), { recursive: true });
    await writeFile(whole, 'of the next run');
  }
  await lab.archive.eraseWork(record, until);
  const left = await files('late');
  for (const path of written) expect(left).toContain(`public/jobs/late/${path}`);
  expect(left.filter((path) => path.includes('/runs/1/main/checkpoint-'))).toEqual([]);
  expect((await result('late')).length).toBeGreaterThan(0);
  await lab.jobs.delete(job);
});

test('reports the failure of one item and continues with the others', async () => {
  await ended('broken', { keep_days: 1 });
  await ended('sound', { keep_days: 1 });
  await writeFile(join(lab.storeDir, 'public/jobs/broken/job.json'), '{"job":');
  const kept = await deleteExpired(DAY_MS + HOUR_MS);
  expect(kept.failed).toBeGreaterThan(0);
  expect(await files('sound')).toEqual(['public/deleted/sound']);
  expect(problems.at(-1)).toMatchObject({ about: { ref: { id: 'broken' } } });
});
