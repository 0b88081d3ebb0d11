/** Failures of steps: what becomes of the other steps, and of the job. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { DarkroomError } from '../../../src/errors.ts';
import { each, join, type PipelineLab, startPipelineLab, statesOf } from '../../support/pipeline-lab.ts';

let pipeline: PipelineLab;

beforeAll(async () => {
  pipeline = await startPipelineLab();
});
afterAll(() => pipeline.dispose());
beforeEach(() => pipeline.reset());

/*
 * What users of the flows of another system ran into: parents that hang when a child fails (taskforcesh/bullmq#800, #1333), that end
 * while children still run (#2229), whose failure nobody hears of (#2918), and that are not retried (#3319).
 */

test('a step ends with the last of forty that it uses, also if that one fails', async () => {
  const names = Array.from({ length: 40 }, (_, index) => `s${index}`);
  const last = pipeline.hold('s39');
  const job = await pipeline.lab.submit({
    steps: {
      ...Object.fromEntries(
        names.map((name) => [name, { ...join(name, { fail: name === 's39' }), use: [] }]),
      ),
      parent: { ...join('parent'), use: names },
      grandparent: { ...join('grandparent'), use: ['parent'] },
    },
  });
  await last.reached;
  await expect
    .poll(async () => statesOf((await pipeline.lab.jobs.open(job)).job))
    .toMatchObject({ s38: 'completed', s39: 'running', parent: 'waiting' });
  last.open();
  const ended = await pipeline.lab.until(job, 'completed', 'failed');
  expect([ended.state, ended.error?.details]).toEqual(['failed', { step: 's39' }]);
  expect(statesOf(ended)).toMatchObject({
    s38: 'completed',
    s39: 'failed',
    parent: 'skipped',
    grandparent: 'skipped',
  });
});

test('a job with a failed step ends after all others have ended, and nothing of it runs on', async () => {
  const slow = pipeline.hold('slow');
  const job = await pipeline.lab.submit({
    steps: {
      bad: join('bad', { fail: true }),
      slow: join('slow'),
      after: { ...join('after'), use: ['bad'] },
    },
    assets: pipeline.assets('a'),
  });
  await slow.reached;
  await expect
    .poll(async () => statesOf((await pipeline.lab.jobs.open(job)).job))
    .toEqual({ bad: 'failed', slow: 'running', after: 'skipped' });
  expect((await pipeline.lab.jobs.open(job)).job.state).toBe('processing');
  slow.open();
  const ended = await pipeline.lab.until(job, 'completed', 'failed');
  expect([ended.state, statesOf(ended)]).toEqual([
    'failed',
    { bad: 'failed', slow: 'completed', after: 'skipped' },
  ]);
  expect((await pipeline.lab.jobs.open(job)).pending).toEqual([]);
  expect(pipeline.tools.computed).toEqual(['slow']);
});

test('the failure of a job by one of its steps is delivered once', async () => {
  const job = await pipeline.lab.submit({
    steps: { bad: join('bad', { fail: true }), after: { ...join('after'), use: ['bad'] } },
    assets: pipeline.assets('a'),
    callback: { url: `${pipeline.web.url}/hook` },
  });
  await pipeline.lab.until(job, 'completed', 'failed');
  const { received } = pipeline.web;
  await expect.poll(() => received.length).toBe(1);
  await pipeline.lab.client.workflow
    .getHandle(`job/public/${job.id}`)
    .result()
    .catch(() => undefined);
  const bodies = received.map(({ body }) => JSON.parse(body) as { type: string; data: { id: string } });
  expect(bodies.map(({ type, data }) => [type, data.id])).toEqual([['job.failed', job.id]]);
});

test('a step that is tried again does not compute those again that it uses', async () => {
  let failures = 0;
  pipeline.tools.onCompute = async (tag) => {
    if (tag === 'third' && ++failures < 3)
      throw new DarkroomError('operation_failed_for_now', `${tag} fails for now`);
  };
  const job = await pipeline.lab.submit({
    steps: { first: each('first'), third: { ...join('third'), use: ['first'] } },
    assets: pipeline.assets('a', 'b'),
  });
  await pipeline.lab.until(job, 'completed', 'failed');
  expect(await pipeline.filesOf(job)).toEqual({ 'joined.txt': 'third(first(a) first(b))' });
  expect([failures, pipeline.tools.computed]).toEqual([3, ['first', 'third']]);
});
