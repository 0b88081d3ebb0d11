/** Operations without an engine, to try out a client, a callback or an installation. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { DarkroomError } from '../../src/errors.ts';
import { defineOperation, onError, type StageContext } from '../operation.ts';

export const systemEcho = defineOperation({
  name: 'system.echo',
  title: 'Echo',
  description: 'Gives back its parameters, any JSON object, as the result.',
  params: z.looseObject({}),
  inputs: { min: 0, max: 0, media: [] },
  result: 'json',
  engine: {},
  stages: [
    {
      name: 'echo',
      title: 'Echo',
      capability: 'io',
      run: async ({ params, outputs, signal }) => {
        signal.throwIfAborted();
        await outputs.json(params);
      },
    },
  ],
});

/** Without defaults: the echo holds what was sent and nothing else. */
const testEchoParams = z.looseObject({
  delay_ms: z
    .int()
    .min(0)
    .max(600_000)
    .optional()
    .describe('Milliseconds that the job takes; 0 when left out'),
  steps: z
    .int()
    .min(1)
    .max(1000)
    .optional()
    .describe('Reports of progress over that time; two a second when left out, and 10 at least'),
  fail: z
    .enum(['permanent', 'transient'])
    .optional()
    .describe(
      'Fail after that time. `permanent`: the job fails. `transient`: the attempt fails and is made again',
    ),
  fail_times: z
    .int()
    .min(1)
    .max(1000)
    .optional()
    .describe('Attempts that fail with `transient`, before one succeeds; 1 when left out'),
  on_error: onError
    .removeDefault()
    .optional()
    .describe('`skip`: assets that cannot be fetched do not fail the job'),
});

export const testEcho = defineOperation({
  name: 'test.echo',
  title: 'Echo with delays and failures',
  description:
    'Gives back its parameters, any JSON object, as the result, and rehearses progress, cancellation and failure on ' +
    'request. Assets are fetched and not looked at.',
  params: testEchoParams,
  inputs: { min: 0, max: 10_000, media: ['*/*'] },
  result: 'json',
  engine: {},
  stages: [{ name: 'echo', title: 'Echo', capability: 'io', run: runTestEcho }],
});

async function runTestEcho(context: StageContext<z.infer<typeof testEchoParams>>): Promise<void> {
  const { params, outputs, progress, signal, attempt } = context;
  const { delay_ms = 0, fail, fail_times = 1 } = params;
  const steps = params.steps ?? Math.max(10, Math.ceil(delay_ms / 500));
  signal.throwIfAborted();
  for (let step = 1; delay_ms > 0 && step <= steps; step++) {
    await sleepUnlessAborted(delay_ms / steps, signal);
    progress(step / steps, `step ${step} of ${steps}`);
  }
  if (fail === 'permanent') {
    throw new DarkroomError('operation_failed', 'The job failed because its parameter "fail" asked for it');
  }
  if (fail === 'transient' && attempt <= fail_times) {
    const message = `Attempt ${attempt} failed because the parameter "fail" asked for it`;
    throw new DarkroomError('operation_failed_for_now', message, { details: { attempt, fail_times } });
  }
  await outputs.json(params);
}

/** Rejects with the reason of the signal at once when that is aborted. */
async function sleepUnlessAborted(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
