/** The steps of a pipeline as a tree. */
import { expect, test } from 'vitest';
import { formatStepTree } from '../../../src/cli/step-tree.ts';
import type { Job } from '../../../src/client/client.ts';

type Step = Job['steps'][number];

const step = (name: string, use: string[], more: Partial<Step> = {}): Step => ({
  name,
  operation: 'image.transform',
  use,
  state: 'completed',
  stage: null,
  progress: 100,
  started_at: null,
  completed_at: null,
  inputs: { total: 4, skipped: 0, failed: 0, reused: 0 },
  files: { count: 0, bytes: 0 },
  usage: { compute_seconds: 0, reused_seconds: 0 },
  error: null,
  ...more,
});

const error = { code: 'asset_corrupt', message: 'It is\u001b[31m damaged', retryable: false, details: null };

test('each step is below the last one that it uses, with its state', () => {
  expect(
    formatStepTree([
      step('web', [':assets'], {
        inputs: { total: 4, skipped: 3, failed: 1, reused: 2 },
        files: { count: 3, bytes: 1_234_567 },
      }),
      step('thumbs', [':assets'], { state: 'running', stage: 'transform', progress: 42.7 }),
      step('sheet', ['web', 'thumbs'], { state: 'waiting', operation: 'image.contact-sheet' }),
      step('bad', ['web'], { state: 'failed', error }),
      step('after', ['sheet'], { state: 'skipped' }),
    ]),
  ).toEqual([
    'web        image.transform      completed: 3 files of 1.2 MB, 3 skipped by its condition, 1 of 4 inputs failed, 2 of 4 reused',
    '└ bad      image.transform      failed: It is\ufffd[31m damaged (asset_corrupt)',
    'thumbs     image.transform      running: transform, 42 %',
    '└ sheet    image.contact-sheet  waiting, uses web and thumbs',
    '  └ after  image.transform      skipped',
  ]);
});
