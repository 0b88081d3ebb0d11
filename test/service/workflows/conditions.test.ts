/** Steps with a condition: which inputs they take, and what the others become. */
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Job } from '../../../src/jobs/model/job.ts';
import { plain } from '../../support/pictures.ts';
import { each, join, type PipelineLab, startPipelineLab, statesOf } from '../../support/pipeline-lab.ts';

let lab: PipelineLab;

beforeAll(async () => {
  const tall = await sharp(await plain(300, 200).jpeg().toBuffer())
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
  const wide = await plain(400, 200).png().toBuffer();
  lab = await startPipelineLab({
    // Its name says nothing of what it is.
    '/wide': wide,
    '/tall.jpg': tall,
    '/damaged.png': Buffer.concat([wide.subarray(0, 40), Buffer.alloc(100)]),
  });
});

afterAll(() => lab.dispose());

beforeEach(() => lab.reset());

const pictures = (...names: string[]) => names.map((name) => ({ source: { url: `${lab.web.url}/${name}` } }));

const inputsOf = ({ steps }: Job) =>
  Object.fromEntries(
    steps.map(({ name, inputs: { total, skipped, failed } }) => [name, [total, skipped, failed]]),
  );

test('facts of pictures come from their content, upright', async () => {
  const job = await lab.lab.submit({
    steps: {
      wide: {
        operation: 'image.transform',
        params: { width: 40 },
        when: 'width > height && media_type == "image/png"',
      },
      tall: {
        operation: 'image.transform',
        params: { width: 20 },
        when: 'height == 300 && orientation == 6',
      },
      both: { operation: 'image.metadata', use: ['wide', 'tall'], when: 'width < 1000' },
      none: { operation: 'image.contact-sheet', use: ['wide', ':assets'], when: 'width > 5000' },
      empty: { operation: 'image.gallery', use: ['none'] },
    },
    results: ['both', 'none', 'empty'],
    assets: pictures('wide', 'tall.jpg'),
  });
  const ended = await lab.lab.until(job, 'completed', 'failed');
  expect([ended.state, ended.error]).toEqual(['completed', null]);
  expect(inputsOf(ended)).toEqual({
    wide: [1, 1, 0],
    tall: [1, 1, 0],
    both: [2, 0, 0],
    none: [0, 3, 0],
    empty: [0, 0, 0],
  });
  expect(statesOf(ended)).toEqual({
    wide: 'completed',
    tall: 'completed',
    both: 'completed',
    none: 'completed',
    empty: 'completed',
  });
  expect(ended.steps[0]?.when).toBe('width > height && media_type == "image/png"');
  expect(ended.steps[4]).not.toHaveProperty('when');
  const { notes, files } = await lab.manifestOf(job);
  expect(files.map(({ path }) => path)).toEqual(['both/result.json']);
  expect(notes.map(({ code, message }) => `${code}: ${message}`)).toEqual([
    'inputs_skipped: Step "wide" skipped 1 of 2 inputs, which do not meet its condition: tall.jpg',
    'inputs_skipped: Step "tall" skipped 1 of 2 inputs, which do not meet its condition: wide',
    'inputs_skipped: Step "none" skipped 3 of 3 inputs, which do not meet its condition: wide.png, wide, tall.jpg',
  ]);
});

test('a file that is no readable picture has no size in pixels', async () => {
  const job = await lab.lab.submit({
    steps: {
      pictures: { operation: 'image.transform', params: { width: 40 }, when: 'width > 0' },
      others: { ...join('others'), when: 'width == 0 && height == 0 && orientation == 0' },
    },
    assets: [...pictures('wide', 'damaged.png'), ...lab.assets('a')],
  });
  const ended = await lab.lab.until(job, 'completed', 'failed');
  expect(inputsOf(ended)).toEqual({ pictures: [1, 2, 0], others: [2, 1, 0] });
});

test('an input for which the condition cannot be evaluated fails the step, or is reported', async () => {
  const job = await lab.lab.submit({
    steps: {
      strict: { ...each('strict'), when: 'attributes.rating >= 4', on_error: 'continue' },
      lenient: { ...each('lenient', { on_error: 'skip' }), when: 'attributes.rating >= 4' },
      careful: { ...each('careful'), when: 'has(attributes.rating) && attributes.rating >= 4' },
    },
    assets: lab.described({ a: { rating: 5 }, b: {}, c: { rating: 3 } }),
  });
  const ended = await lab.lab.until(job, 'completed', 'failed');
  expect(ended.steps[0]?.error).toMatchObject({
    code: 'condition_failed',
    message: 'The condition cannot be evaluated for "b.txt": No such key: rating',
  });
  expect(inputsOf(ended)).toMatchObject({ lenient: [2, 1, 1], careful: [1, 2, 0] });
  expect(await lab.filesOf(job)).toEqual({ 'lenient/a.txt': 'lenient(a)', 'careful/a.txt': 'careful(a)' });
});

test('a rerun from a later step keeps the selection, and one of everything selects again', async () => {
  const job = await lab.lab.submit({
    steps: {
      first: { ...each('first'), when: 'name != "b.txt"' },
      second: { ...join('second'), use: ['first'] },
    },
    assets: lab.assets('a', 'b', 'c'),
  });
  await lab.lab.until(job, 'completed', 'failed');
  const files = await lab.filesOf(job);
  expect(files).toEqual({ 'joined.txt': 'second(first(a) first(c))' });
  for (const [run, from, computed] of [
    [2, 'second', ['second']],
    [3, undefined, ['first', 'second']],
  ] as const) {
    lab.tools.computed.length = 0;
    await (await lab.lab.jobs.open(job)).rerun({ from });
    await expect
      .poll(async () => (await lab.lab.jobs.open(job)).job)
      .toMatchObject({ run, state: 'completed', steps: [{ inputs: { total: 2, skipped: 1 } }, {}] });
    expect(lab.tools.computed).toEqual(computed);
    expect(await lab.filesOf(job)).toEqual(files);
  }
});
