/** Running a job again: what is done anew, what stays, and what clients see of it meanwhile. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import type { Delivery } from '../../../src/jobs/model/delivery.ts';
import type { Job } from '../../../src/jobs/model/job.ts';
import type { jobSpec } from '../../../src/jobs/model/job-spec.ts';
import { type Gate, HELD, makeGate } from '../../support/gate.ts';
import { outcomes, storedBelow } from '../../support/more-assets.ts';
import { plain } from '../../support/pictures.ts';
import { type Darkroom, sleep, startStack } from '../../support/stack.ts';
import { repeatConcurrently } from '../../support/waiting-jobs.ts';
import { startWeb, type Web } from '../../support/web.ts';

let darkroom: Darkroom;
let web: Web;
/** Pictures that the web server refuses for now. */
const broken = new Set<string>();
let pictures: Promise<void> = Promise.resolve();
let gate: Gate;

beforeAll(async () => {
  const picture = await plain(16, 16).png().toBuffer();
  const routes: NonNullable<Parameters<typeof startWeb>[0]> = { '/text.png': Buffer.from('not a picture') };
  for (let index = 0; index < 40; index++) {
    routes[`/${index}.png`] = (_, response) => {
      if (broken.has(`${index}.png`)) response.writeHead(404).end();
      else void pictures.then(() => response.end(picture));
    };
  }
  web = await startWeb(routes);
  gate = await makeGate();
  darkroom = await startStack({ env: gate.env });
});

afterAll(async () => {
  await darkroom.dispose();
  await gate.dispose();
  await web.close();
});

const assets = (...names: (number | string)[]) =>
  names.map((name) => ({ source: { url: `${web.url}/${name}.png` } }));
const submit = async (spec: z.input<typeof jobSpec>, end: Job['state'] = 'completed') => {
  const { id } = await darkroom.submit(spec);
  await darkroom.until(id, end);
  return id;
};

async function rerun(id: string, query = ''): Promise<Job & { status: number; code?: string }> {
  const response = await darkroom.request(`/v1/jobs/${id}/rerun${query}`, { method: 'POST' });
  return { ...((await response.json()) as Job), status: response.status };
}

/** Polls until this run has ended so. */
async function until(id: string, run: number, state: Job['state']): Promise<Job> {
  await expect
    .poll(async () => {
      const job = await darkroom.get(id);
      return [job.run, job.state];
    })
    .toEqual([run, state]);
  return darkroom.get(id);
}

async function result(
  id: string,
): Promise<{ run: number; data: unknown; files: { path: string; asset: number }[] }> {
  const response = await darkroom.request(`/v1/jobs/${id}/result`);
  expect(response.status).toBe(200);
  return (await response.json()) as never;
}

const control = (id: string, what: string) => darkroom.request(`/v1/jobs/${id}/${what}`, { method: 'POST' });
const jobs = async (query = '') => {
  const { jobs } = (await (await darkroom.request(`/v1/jobs?${query}`)).json()) as { jobs: Job[] };
  return jobs;
};

describe('reruns a job that is', () => {
  test('completed: it then expires 30 days after the end of its latest run, and not before that end', async () => {
    const { id } = await darkroom.submit({ operation: 'system.echo', params: { n: 1 } });
    const first = await darkroom.until(id, 'completed');
    const expiry = ({ completed_at }: { completed_at: string | null }) =>
      new Date(Date.parse(completed_at ?? '') + 30 * 24 * 60 * 60 * 1000).toISOString();
    expect(first.expires_at).toBe(expiry(first));
    expect(await (await darkroom.request(`/v1/jobs/${id}/request`)).json()).toMatchObject({ keep_days: 30 });
    const rerun = await darkroom.request(`/v1/jobs/${id}/rerun`, { method: 'POST' });
    expect(await rerun.json()).toMatchObject({ run: 2, expires_at: null });
    await expect
      .poll(async () => (await darkroom.get(id)).state === 'completed' && (await darkroom.get(id)).run)
      .toBe(2);
    const second = await darkroom.get(id);
    expect(Date.parse(second.completed_at ?? '')).toBeGreaterThan(Date.parse(first.completed_at ?? ''));
    expect(second.expires_at).toBe(expiry(second));
    const { jobs } = (await (await darkroom.request('/v1/jobs')).json()) as { jobs: (typeof first)[] };
    expect(jobs.find((job) => job.id === id)?.expires_at).toBe(second.expires_at);
  });

  test('completed: with the reason in the job and in its log', async () => {
    const id = await submit({ operation: 'system.echo' });
    expect(await rerun(id, '?reason=wrong%20colours')).toMatchObject({
      status: 202,
      rerun_reason: 'wrong colours',
    });
    await until(id, 2, 'completed');
    const log = await (await darkroom.request(`/v1/jobs/${id}/log`)).text();
    expect(log).toContain('Run 2 was requested: wrong colours');
    expect(await rerun(id)).not.toHaveProperty('rerun_reason');
    await until(id, 3, 'completed');
  });

  test('completed: with a new run under its id, and without new downloads', async () => {
    const id = await submit({ operation: 'image.transform', params: { width: 8 }, assets: assets(0, 1) });
    const fetched = web.fetched.length;
    expect(await rerun(id)).toMatchObject({ status: 202, id, run: 2, state: 'created', progress: 0 });
    const done = await until(id, 2, 'completed');
    expect(done).toMatchObject({ result: { run: 2, files: 2 }, assets: { total: 2, downloaded: 2 } });
    expect(web.fetched.length).toBe(fetched);
    expect((await result(id)).run).toBe(2);
    expect(await storedBelow(darkroom, id, 'runs/2/main/output-')).toHaveLength(2);
  });

  test('failed: runs the failed part again', async () => {
    broken.add('2.png');
    const spec = { operation: 'image.transform', params: { width: 8 }, assets: assets(2) };
    const id = await submit(spec, 'failed');
    broken.clear();
    expect(await rerun(id)).toMatchObject({ status: 202, run: 2, error: null });
    expect(await until(id, 2, 'completed')).toMatchObject({ error: null, result: { files: 1, run: 2 } });
  });

  test('cancelled during its downloads', async () => {
    let open = () => {};
    pictures = new Promise((resolve) => {
      open = resolve;
    });
    const { id } = await darkroom.submit({ operation: 'image.transform', assets: assets(3, 4) });
    await darkroom.until(id, 'downloading');
    await control(id, 'cancel');
    await darkroom.until(id, 'cancelled');
    open();
    expect(await rerun(id)).toMatchObject({ status: 202, run: 2 });
    expect(await until(id, 2, 'completed')).toMatchObject({ assets: { downloaded: 2 } });
  });

  test('rejects a running job, an unknown stage and an unknown job', async () => {
    const { id } = await darkroom.submit({ operation: HELD });
    expect(await rerun(id)).toMatchObject({ status: 409, code: 'job_still_active' });
    await gate.open();
    await darkroom.until(id, 'completed');
    expect(await rerun(id, '?from=nothing')).toMatchObject({ status: 422, code: 'invalid_request' });
    expect(await rerun(id, '?from=run&assets=failed')).toMatchObject({ status: 422 });
    expect(await rerun('nobody')).toMatchObject({ status: 404, code: 'job_not_found' });
  });

  test('two concurrent reruns are one run', async () => {
    await repeatConcurrently(10, 4, async (round) => {
      const id = await submit({ operation: 'system.echo', params: { round } });
      const answers = await Promise.all(Array.from({ length: 5 }, () => rerun(id)));
      expect(answers.filter(({ status }) => status === 202).length).toBeGreaterThan(0);
      for (const { status, run } of answers.filter(({ status }) => status !== 409))
        expect([status, run]).toEqual([202, 2]);
      await until(id, 2, 'completed');
      const listed = async () => (await jobs()).filter((job) => job.id === id).map(({ run }) => run);
      await expect.poll(listed).toEqual([2]);
      expect(await darkroom.get(id)).toMatchObject({ run: 2 });
    });
  });
});

describe('from a stage', () => {
  test('computes only this and later stages', async () => {
    const id = await submit({
      operation: 'image.contact-sheet',
      params: { columns: 2, rows: 2, cell: 32 },
      assets: assets(5, 6),
    });
    const fetched = web.fetched.length;
    expect(await rerun(id, '?from=pages')).toMatchObject({ status: 202, run: 2 });
    expect(await until(id, 2, 'completed')).toMatchObject({ result: { run: 2 } });
    expect(web.fetched.length).toBe(fetched);
    expect(await storedBelow(darkroom, id, 'runs/2/main/checkpoint-')).toEqual(['checkpoint-pages-all.json']);
    expect((await result(id)).files.length).toBe(1);
    // And again: the thumbnails are still those of the first run.
    await rerun(id, '?from=pages');
    await until(id, 3, 'completed');
    expect(await storedBelow(darkroom, id, 'runs/3/main/checkpoint-')).toEqual(['checkpoint-pages-all.json']);
    await rerun(id, '?from=thumbnails');
    await until(id, 4, 'completed');
    expect((await storedBelow(darkroom, id, 'runs/4/main/checkpoint-')).length).toBeGreaterThan(1);
  });
});

describe('a rerun of the failed assets', () => {
  const indices = Array.from({ length: 20 }, (_, index) => index + 10);

  test('downloads and processes them, and adds them to the result', async () => {
    for (const name of ['11.png', '27.png']) broken.add(name);
    const id = await submit({
      operation: 'image.transform',
      params: { width: 8, on_error: 'skip' },
      assets: [...assets(...indices), ...assets('text')],
    });
    expect(await darkroom.get(id)).toMatchObject({ assets: { total: 21, downloaded: 19, failed: 3 } });
    const first = await result(id);
    expect(first.files.length).toBe(18);
    broken.clear();
    const fetched = web.fetched.length;
    await rerun(id, '?assets=failed');
    expect(await until(id, 2, 'completed')).toMatchObject({
      result: { run: 2, files: 20 },
      assets: { total: 21, downloaded: 21, failed: 1 },
    });
    expect(web.fetched.slice(fetched).sort()).toEqual(['/11.png', '/27.png']);
    expect((await outcomes(darkroom, id)).map(({ status }) => status)).toEqual([
      ...Array(20).fill('ok'),
      'failed',
    ]);
    const { files } = await result(id);
    expect(files.map(({ asset, path }) => [asset, path])).toEqual(
      indices.map((name, asset) => [asset, `${name}.png`]),
    );
    // The second run wrote the two pictures that were missing, and no other.
    expect((await storedBelow(darkroom, id, 'runs/2/main/output-')).sort()).toEqual(['11.png', '27.png']);
    for (const { path } of files)
      expect((await darkroom.request(`/v1/jobs/${id}/files/${path}`)).status).toBe(200);
  });

  test('adds them to results of all assets, in their order', async () => {
    broken.add('12.png');
    const id = await submit({
      operation: 'image.gallery',
      params: { as: 'json', on_error: 'skip' },
      assets: assets(10, 11, 12, 13),
    });
    broken.clear();
    await rerun(id, '?assets=failed');
    await until(id, 2, 'completed');
    const { data } = (await result(id)) as { data: { photos?: unknown } };
    const text = JSON.stringify(data);
    const places = ['10.png', '11.png', '12.png', '13.png'].map((name) => text.indexOf(name));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  test('reuses the checkpoints of a job that failed as a whole', async () => {
    broken.add('31.png');
    const many = Array.from({ length: 33 }, (_, index) => index);
    const spec = { operation: 'image.transform', params: { width: 8 }, assets: assets(...many) };
    const id = await submit(spec, 'failed');
    broken.clear();
    const fetched = web.fetched.length;
    await rerun(id, '?assets=failed');
    await until(id, 2, 'completed');
    // A batch whose download failed keeps nothing; the others do.
    expect(web.fetched.length - fetched).toBeLessThanOrEqual(17);
    expect((await result(id)).files.map(({ asset }) => asset)).toEqual(many);
  });
});

describe('clients', () => {
  test('get a callback for each run, with different ids', async () => {
    const before = web.received.length;
    const id = await submit({ operation: 'system.echo', callback: { url: `${web.url}/hook` } });
    await expect.poll(() => web.received.length).toBe(before + 1);
    await rerun(id);
    await expect.poll(() => web.received.length).toBe(before + 2);
    const calls = web.received.slice(before);
    expect(calls.map(({ body }) => (JSON.parse(body) as { data: Job }).data.run)).toEqual([1, 2]);
    expect(new Set(calls.map(({ headers }) => headers['webhook-id'])).size).toBe(2);
    const told = async () => {
      const response = await darkroom.request(`/v1/jobs/${id}/deliveries`);
      const { deliveries } = (await response.json()) as { deliveries: Delivery[] };
      return deliveries.map(({ run, state }) => [run, state]);
    };
    // It is written down after the receiver has it.
    await expect.poll(told).toEqual([
      [1, 'delivered'],
      [2, 'delivered'],
    ]);
  });

  test('can start a rerun after the first callback attempt of the previous run', async () => {
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const slow = await startWeb({ '/hook': (_, response) => void answered.then(() => response.end()) });
    const id = await submit({ operation: 'system.echo', callback: { url: `${slow.url}/hook` } });
    await expect.poll(() => slow.received.length).toBe(1);
    const refused = await rerun(id);
    expect(refused).toMatchObject({ status: 409, code: 'job_still_active' });
    expect((await darkroom.get(id)).run).toBe(1);
    const second = rerun(id);
    await sleep(1000);
    answer();
    expect(await second).toMatchObject({ status: 202, run: 2 });
    await until(id, 2, 'completed');
    await slow.close();
  });

  test('see a job once in lists, in its latest run', async () => {
    await gate.open();
    const id = await submit({ operation: HELD });
    await gate.shut();
    const seen = async (query = '') =>
      (await jobs(query)).filter((job) => job.id === id).map(({ run, state }) => `${run} ${state}`);
    await expect.poll(() => seen('state=completed')).toEqual(['1 completed']);
    await rerun(id);
    await darkroom.until(id, 'processing');
    await expect.poll(() => seen()).toEqual(['2 processing']);
    expect(await seen('state=completed')).toEqual([]);
    await gate.open();
    await until(id, 2, 'completed');
    await expect.poll(() => seen()).toEqual(['2 completed']);
    await expect.poll(() => seen('state=completed')).toEqual(['2 completed']);
  });
});
