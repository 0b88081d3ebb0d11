/** An operation for a lab: without inputs, with whatever parameters, and one stage that does what the test wants. */
import { z } from 'zod';
import { defineOperation, type Operation, type Stage } from '../../operations/operation.ts';

const params = z.looseObject({});

/** `limits`: of its stage. */
export const labOperation = (
  name: string,
  run: Stage<z.output<typeof params>>['run'],
  limits: Pick<Stage<never>, 'timeoutMs' | 'capability'> = {},
): Operation =>
  defineOperation({
    name,
    title: name,
    description: 'Does what a test wants.',
    params,
    inputs: { min: 0, max: 0, media: [] },
    result: 'json',
    engine: {},
    stages: [{ name: 'only', title: 'Only', run, ...limits }],
  });
