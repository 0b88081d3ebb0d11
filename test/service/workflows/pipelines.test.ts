/** Pipelines: which steps run, when, on what, and what becomes of the job. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Job } from '../../../src/jobs/model/job.ts';
import type { Lab } from '../../support/lab.ts';
import { plain } from '../../support/pictures.ts';
import { type PipelineLab, startPipelineLab } from '../../support/pipeline-lab.ts';
import type { Web } from '../../support/web.ts';

let pipeline: PipelineLab;
let lab: Lab;
let web: Web;
let isLateServed = false;

beforeAll(async () => {
  pipeline = await startPipelineLab({
    '/late.txt': (_, response) => void response.writeHead(isLateServed ? 200 : 404).end('late'),
    '/picture.jpg': await plain(400, 200).jpeg().toBuffer(),
  });
  ({ lab, web } = pipeline);
});

afterAll(() => pipeline.dispose());

beforeEach(() => pipeline.reset());

const assets = (...names: string[]) => pipeline.assets(...names);
const filesOf = (job: Job) => pipeline.filesOf(job);
const manifestOf = (job: Job) => pipeline.manifestOf(job);

const each = (tag: string, more: object = {}) => ({ operation: 'text.each', params: { tag, ...more } });
const join = (tag: string, more: object = {}) => ({ operation: 'text.join', params: { tag, ...more } });

const statesOf = ({ steps }: Job) => Object.fromEntries(steps.map(({ name, state }) => [name, state]));

test('a step takes the files of the steps that it uses, in that order, with the assets where it names them', async () => {
  const job = await lab.submit({
    steps: {
      last: { ...join('last'), use: ['second', ':assets', 'first'] },
      second: { ...each('second'), use: ['first'] },
      first: each('first'),
    },
    assets: assets('a', 'b'),
  });
  const ended = await lab.until(job, 'completed', 'failed');
  expect(await filesOf(job)).toEqual({
    'joined.txt': 'last(second(first(a)) second(first(b)) a b first(a) first(b))',
  });
  expect(pipeline.tools.computed).toEqual(['first', 'second', 'last']);
  expect(ended.operation).toBe('pipeline');
  expect(ended.steps).toEqual(
    [
      ['first', 'text.each', [':assets'], 2, 2],
      ['second', 'text.each', ['first'], 2, 2],
      ['last', 'text.join', ['second', ':assets', 'first'], 6, 1],
    ].map(([name, operation, use, total, count]) => ({
      name,
      operation,
      use,
      state: 'completed',
      stage: null,
      progress: 100,
      started_at: expect.any(String) as string,
      completed_at: expect.any(String) as string,
      inputs: { total, skipped: 0, failed: 0, reused: 0 },
      files: { count, bytes: expect.any(Number) as number },
      usage: { compute_seconds: expect.any(Number) as number, reused_seconds: 0 },
      error: null,
    })),
  );
});

test('files of several results are below the names of their steps, and name the asset that they were made from', async () => {
  const job = await lab.submit({
    steps: { one: each('one'), two: { ...each('two'), use: ['one'] }, all: { ...join('all'), use: ['two'] } },
    results: ['all', 'two'],
    assets: assets('b', 'a', 'b'),
  });
  await lab.until(job, 'completed', 'failed');
  const { files, engine } = await manifestOf(job);
  expect(files.map(({ path, asset }) => [path, asset])).toEqual([
    ['two/b.txt', 0],
    ['two/a.txt', 1],
    ['two/b-2.txt', 2],
    ['all/joined.txt', null],
  ]);
  expect(engine).toEqual({ text: '1' });
});

test('independent steps run side by side', async () => {
  // Each waits until the other one runs.
  const gate = pipeline.hold('left', 'right');
  const job = await lab.submit({
    steps: { left: join('left'), right: join('right'), both: { ...join('both'), use: ['left', 'right'] } },
    assets: assets('a'),
  });
  await gate.reached;
  await expect
    .poll(async () => statesOf((await lab.jobs.open(job)).job))
    .toEqual({ left: 'running', right: 'running', both: 'waiting' });
  gate.open();
  await lab.until(job, 'completed', 'failed');
  expect(await filesOf(job)).toEqual({ 'joined.txt': 'both(left(a) right(a))' });
});

test('a failed step fails the job and skips what depends on it, while the others run to their end', async () => {
  const job = await lab.submit({
    steps: {
      bad: join('bad', { fail: true }),
      after: { ...join('after'), use: ['bad', 'good'] },
      later: { ...join('later'), use: ['after'] },
      good: join('good'),
      better: { ...join('better'), use: ['good'] },
    },
    assets: assets('a'),
  });
  const ended = await lab.until(job, 'completed', 'failed');
  expect(ended.state).toBe('failed');
  expect(ended.error).toEqual({
    code: 'operation_failed',
    message: 'Step "bad" failed: bad fails on request',
    retryable: false,
    details: { step: 'bad' },
  });
  expect(statesOf(ended)).toEqual({
    bad: 'failed',
    good: 'completed',
    after: 'skipped',
    better: 'completed',
    later: 'skipped',
  });
  expect(ended.steps.find(({ name }) => name === 'bad')?.error?.message).toBe('bad fails on request');
});

test('a step with on_error "continue" may fail: the job completes without it, and says so', async () => {
  const job = await lab.submit({
    steps: {
      bad: { ...join('bad', { fail: true }), on_error: 'continue' },
      after: { ...join('after'), use: ['bad'] },
      good: join('good'),
    },
    results: ['after', 'good'],
    assets: assets('a'),
  });
  const ended = await lab.until(job, 'completed', 'failed');
  expect([ended.state, ended.error]).toEqual(['completed', null]);
  expect(await filesOf(job)).toEqual({ 'good/joined.txt': 'good(a)' });
  expect((await manifestOf(job)).notes).toEqual([
    { code: 'step_failed', message: 'Step "bad" failed: bad fails on request', asset: null },
    {
      code: 'step_skipped',
      message: 'Step "after" was skipped, because a step that it uses failed',
      asset: null,
    },
  ]);
});

test('a job without any result fails with the error of its failed step', async () => {
  const job = await lab.submit({
    steps: {
      bad: { ...join('bad', { fail: true }), on_error: 'continue' },
      after: { ...join('after'), use: ['bad'] },
      good: join('good'),
    },
    results: ['after'],
    assets: assets('a'),
  });
  const ended = await lab.until(job, 'completed', 'failed');
  expect([ended.state, ended.error?.message]).toEqual(['failed', 'Step "bad" failed: bad fails on request']);
});

test('an asset that a step skips is missing in the steps that use it, and failed in the result', async () => {
  const job = await lab.submit({
    steps: {
      picky: each('picky', { fail_on: 'b', on_error: 'skip' }),
      all: { ...join('all'), use: ['picky'] },
    },
    assets: assets('a', 'b', 'c'),
  });
  const ended = await lab.until(job, 'completed', 'failed');
  expect(await filesOf(job)).toEqual({ 'joined.txt': 'all(picky(a) picky(c))' });
  expect(ended.assets).toEqual({ total: 3, downloaded: 3, failed: 1 });
  expect(ended.steps.map(({ inputs }) => inputs)).toEqual([
    { total: 3, skipped: 0, failed: 1, reused: 0 },
    { total: 3, skipped: 0, failed: 1, reused: 0 },
  ]);
  const manifest = await manifestOf(job);
  expect(manifest.assets.map(({ status }) => status)).toEqual(['ok', 'failed', 'ok']);
  const [picky, all] = ended.steps;
  expect(picky?.files.count).toBe(2);
  expect(all?.files).toEqual({ count: 1, bytes: manifest.files[0]?.size });
  const seconds = ended.steps.reduce((sum, { usage }) => sum + usage.compute_seconds, 0);
  expect(seconds).toBeCloseTo(ended.usage.compute_seconds, 6);
});

test('a step that can use none of its inputs fails', async () => {
  const job = await lab.submit({
    steps: {
      picky: each('picky', { fail_on: 'a', on_error: 'skip' }),
      all: { ...join('all'), use: ['picky'] },
    },
    assets: assets('a'),
  });
  const ended = await lab.until(job, 'completed', 'failed');
  expect(ended.error).toMatchObject({ code: 'all_assets_failed', details: { step: 'picky' } });
  expect(statesOf(ended)).toEqual({ picky: 'failed', all: 'skipped' });
});

test('cancelling ends all steps', async () => {
  const gate = pipeline.hold('left', 'right');
  const job = await lab.submit({
    steps: { left: join('left'), right: join('right'), both: { ...join('both'), use: ['left', 'right'] } },
    assets: assets('a'),
  });
  await gate.reached;
  await (await lab.jobs.open(job)).control('cancel');
  const ended = await lab.until(job, 'cancelled', 'failed', 'completed');
  expect(ended.state).toBe('cancelled');
  expect(statesOf(ended)).toEqual({ left: 'cancelled', right: 'cancelled', both: 'skipped' });
  expect(pipeline.tools.computed).toEqual([]);
});

test('a paused job lets its steps end, and begins no others', async () => {
  const gate = pipeline.hold('first');
  const job = await lab.submit({
    steps: { first: join('first'), second: { ...join('second'), use: ['first'] } },
    assets: assets('a'),
  });
  await gate.reached;
  await (await lab.jobs.open(job)).control('pause');
  gate.open();
  await expect
    .poll(async () => (await lab.jobs.open(job)).job.steps.map(({ name, progress }) => [name, progress]))
    .toEqual([
      ['first', 99],
      ['second', 0],
    ]);
  expect(pipeline.tools.computed).toEqual(['first']);
  await (await lab.jobs.open(job)).control('resume');
  await lab.until(job, 'completed', 'failed');
  expect(await filesOf(job)).toEqual({ 'joined.txt': 'second(first(a))' });
});

test('a rerun from a step computes it and what depends on it, and nothing else', async () => {
  const job = await lab.submit({
    steps: {
      first: each('first'),
      other: { ...join('other'), use: ['first'] },
      second: { ...each('second'), use: ['first'] },
      third: { ...join('third'), use: ['second', 'first'] },
    },
    assets: assets('a', 'b'),
  });
  await lab.until(job, 'completed', 'failed');
  const files = await filesOf(job);
  pipeline.tools.computed.length = 0;
  await (await lab.jobs.open(job)).rerun({ from: 'second' });
  await expect.poll(async () => (await lab.jobs.open(job)).job).toMatchObject({ run: 2, state: 'completed' });
  expect(pipeline.tools.computed).toEqual(['second', 'third']);
  expect(await filesOf(job)).toEqual(files);
  await expect((await lab.jobs.open(job)).rerun({ from: 'none' })).rejects.toThrow(
    'The pipeline has no step "none"; it has first, other, second, third',
  );
});

test('a rerun of failed assets computes those, and everything that uses them', async () => {
  const job = await lab.submit({
    steps: { first: each('first', { on_error: 'skip' }), all: { ...join('all'), use: ['first'] } },
    assets: assets('a', 'late', 'c'),
  });
  await lab.until(job, 'completed', 'failed');
  expect(await filesOf(job)).toEqual({ 'joined.txt': 'all(first(a) first(c))' });
  isLateServed = true;
  const texts: string[] = [];
  pipeline.tools.onText = (text) => texts.push(text);
  await (await lab.jobs.open(job)).rerun({ assets: 'failed' });
  await expect.poll(async () => (await lab.jobs.open(job)).job).toMatchObject({ run: 2, state: 'completed' });
  expect(await filesOf(job)).toEqual({ 'joined.txt': 'all(first(a) first(late) first(c))' });
  expect(texts).toEqual(['late']);
});

test('operations on pictures are steps as they are', async () => {
  const job = await lab.submit({
    steps: {
      small: { operation: 'image.transform', params: { width: 40, format: 'png' } },
      facts: { operation: 'image.metadata', use: ['small'] },
    },
    assets: [{ source: { url: `${web.url}/picture.jpg` } }],
  });
  await lab.until(job, 'completed', 'failed');
  const { kind, data } = await manifestOf(job);
  expect(kind).toBe('json');
  expect(data).toMatchObject({ assets: [{ name: 'picture.png', width: 40, height: 20 }] });
});
