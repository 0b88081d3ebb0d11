/** Operations that return their parameters, to test a client, a callback or an installation. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { DarkroomError } from '../../src/errors.ts';
import { defineOperation, onError, type StageContext } from '../operation.ts';

export const systemEcho = defineOperation({
  name: 'system.echo',
  title: 'Echo',
  description: 'Returns its parameters, any JSON object.',
  params: z.looseObject({}),
  inputs: { min: 0, max: 0, media: [] },
  result: 'json',
  outputs: ['application/json'],
  engine: {},
  stages: [
    {
      name: 'echo',
      title: 'Echo',
      capability: 'io',
      isShort: true,
      run: async ({ params, outputs, signal }) => {
        signal.throwIfAborted();
        await outputs.json(params);
      },
    },
  ],
});

/** Without defaults: the result contains only what was sent. */
const testEchoParams = z.looseObject({
  delay_ms: z.int().min(0).max(600_000).optional().describe('Duration in milliseconds. Default: 0'),
  steps: z
    .int()
    .min(1)
    .max(1000)
    .optional()
    .describe('Progress reports over that time. Default: two per second, at least 10'),
  fail: z
    .enum(['permanent', 'transient'])
    .optional()
    .describe(
      'Fail after that time. `permanent`: the job fails. `transient`: the attempt fails and is retried',
    ),
  fail_times: z
    .int()
    .min(1)
    .max(1000)
    .optional()
    .describe('Number of attempts that fail with `transient`. Default: 1'),
  on_error: onError
    .removeDefault()
    .optional()
    .describe('`skip`: assets that cannot be downloaded do not fail the job'),
});

export const testEcho = defineOperation({
  name: 'test.echo',
  title: 'Echo with delays and failures',
  description:
    'Returns its parameters, any JSON object, with simulated progress, delays and failures. Assets are downloaded but not read.',
  params: testEchoParams,
  inputs: { min: 0, max: 10_000, media: ['*/*'] },
  result: 'json',
  outputs: ['application/json'],
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
    throw new DarkroomError('operation_failed', 'The job failed because its parameter "fail" requests it');
  }
  if (fail === 'transient' && attempt <= fail_times) {
    const message = `Attempt ${attempt} failed because the parameter "fail" requests it`;
    throw new DarkroomError('operation_failed_for_now', message, { details: { attempt, fail_times } });
  }
  await outputs.json(params);
}

/** @throws The signal's reason. */
async function sleepUnlessAborted(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
