/** A change of what the workflows decide makes the replay of a story fail: each mutant here must be caught. */
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { bundlePath } from '../../../src/temporal/worker.ts';
import { historyFiles, replay } from '../../support/replay.ts';
import { installTestRuntime } from '../../support/sdk-runtime.ts';

interface Mutant {
  readonly change: string;
  readonly story: string;
  /** Matches the compiled code once. */
  readonly code: RegExp;
  readonly replacement: string;
}

const mutants: readonly Mutant[] = [
  {
    change: 'the results are packaged twice',
    story: 'plain',
    code: /const final = await packageAs\(ending\)\.catch/,
    replacement: 'await packageAs(ending);\n const final = await packageAs(ending).catch',
  },
  {
    change: 'a callback is sent again at once',
    story: 'callback-2',
    code: /await \S+condition\)\(\(\) => attemptRequested, delayMs, \{ summary \}\);/,
    replacement: '',
  },
  {
    change: 'a result that cannot be listed is not recorded as a failure',
    story: 'packaging-failed',
    code: /packageAs\(ending\)\.catch\(.*\);/,
    replacement: 'packageAs(ending);',
  },
  {
    change: 'the retention workflow runs no activity',
    story: 'delete-expired',
    code: /activities\.deleteExpired\(Date\.now\(\)\)/,
    replacement: 'Promise.resolve(null)',
  },
  {
    change: 'a redelivery waits for its schedule',
    story: 'callback-requested-now-2',
    code: /attemptRequested = true;/,
    replacement: '',
  },
  {
    change: 'a redelivery that is requested during an attempt is forgotten',
    story: 'callback-requested-now-2',
    code: /while \(attemptRequested\);/,
    replacement: 'while (false);',
  },
  {
    change: 'the signal `started` does not publish that a job downloads its assets',
    story: 'assets-slow',
    code: /if \(hasAssets\)\s+status\.transitionTo\('downloading'\);/,
    replacement: 'if (hasAssets) void 0;',
  },
  {
    change: 'a repeated call adds its assets again',
    story: 'continued-while-waiting-2',
    code: /if \(earlier\)\s+return this\.#answer\(earlier\);/,
    replacement: '',
  },
  {
    change: 'a job without assets waits forever',
    story: 'no-asset',
    code: /hadNone \? firstAssetMs/,
    replacement: 'hadNone ? 1e12',
  },
  {
    change: 'a job with some of its assets waits forever',
    story: 'assets-overdue',
    code: /quietMs \?\? nextAssetMs/,
    replacement: 'quietMs ?? 1e12',
  },
  {
    change: 'a job processes some of the announced assets',
    story: 'assets-overdue',
    code: /this\.#overdueMs = limit/,
    replacement: 'void limit',
  },
  {
    change: 'an activity whose worker died fails its job at once',
    story: 'worker-lost',
    code: /isAlone && \(loss/,
    replacement: 'true || (loss',
  },
  {
    change: 'an activity that is suspected of killing workers goes on among others',
    story: 'worker-lost-too-often',
    code: /isAlone && \(loss/,
    replacement: 'false && (loss',
  },
  {
    change: 'an activity that runs alone fails its job although its worker died of something else',
    story: 'worker-lost-while-alone',
    code: /isAlone && \(loss\.isBlamed/,
    replacement: 'isAlone && (true',
  },
  {
    change: 'an activity is blamed although another one is suspected',
    story: 'worker-lost',
    code: /if \(loss\.isBlamed\)/,
    replacement: 'if (true)',
  },
  {
    change: 'a worker that stops sending heartbeats fails its job',
    story: 'worker-silent',
    code: /if \(cause instanceof \S+TimeoutFailure\)/,
    replacement: 'if (false)',
  },
  {
    change: 'an activity stays blamed although its worker is alive',
    story: 'worker-outlived',
    code: /blame\.losses -= 1;/,
    replacement: '',
  },
  {
    change: 'a job takes a signal whose argument is invalid',
    story: 'invalid-signals',
    code: /if \(signal\.accepts\(argument\)\)/,
    replacement: 'if (true)',
  },
  {
    change: 'a callback whose attempts are lost fails its job',
    story: 'callback-attempts-lost-1',
    code: /\.notify\(input\)\)\.catch\(\(\) => null\);/,
    replacement: '.notify(input));',
  },
  {
    change: 'a local attempt that takes too long fails its job',
    story: 'assets-handed-over',
    code: /if \(unfinished === null\)/,
    replacement: 'if (true)',
  },
  {
    change: 'a local attempt that failed for good is followed by an activity',
    story: 'asset-missing',
    code: /if \(unfinished === null\)/,
    replacement: 'if (false)',
  },
  {
    change: 'a job that is cancelled after its end was recorded cannot end',
    story: 'cancelled-in-last-task',
    code: /if \(final\.state === 'completed' && ending\.state !== 'completed'\)/,
    replacement: 'if (false)',
  },
  {
    change: 'a job is cancelled while its result is recorded',
    story: 'cancelled-while-packaging',
    code: /await \S+CancellationScope\.nonCancellable\(\(\) => recordEnd\(job, ending\)\)/,
    replacement: 'await recordEnd(job, ending)',
  },
  {
    change: 'a job is paused after its end',
    story: 'cancelled-while-packaging',
    code: /if \(this\.#ended\)\s+return;/,
    replacement: '',
  },
];

const bundle = readFileSync(bundlePath, 'utf8');

beforeAll(() => {
  installTestRuntime();
});

test.each(mutants)('$change: $story does not replay', async ({ story, code, replacement }) => {
  expect(bundle.match(new RegExp(code, 'g'))).toHaveLength(1);
  const files = historyFiles.filter((file) => file.replace(/^.*\/|\.json(\.gz)?$/g, '') === story);
  const errors = await replay(files, { code: bundle.replace(code, replacement) });
  expect([...errors.keys()]).toEqual(files);
  expect(files).not.toEqual([]);
});
