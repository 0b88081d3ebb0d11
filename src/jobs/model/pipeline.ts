/** A pipeline: a graph of steps that runs as one job. */
import { z } from 'zod';
import { limitEntries } from './limit-entries.ts';
import { ASSETS } from './pipeline-names.ts';

const MAX_STEPS = 50;

/** Steps on the longest way from one without predecessors to a result. */
export const MAX_DEPTH = 20;

/** Characters of JSON of all steps. They are part of several payloads in Temporal's history. */
const MAX_STEPS_TEXT = 64 * 1024;

/** Characters of a condition. */
const MAX_CONDITION = 1000;

const STEP_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;

const stepName = z
  .string()
  .regex(STEP_NAME, 'must be 1 to 63 letters, digits, "_" or "-", and begin with a letter or digit')
  .describe('Name of a step: 1 to 63 letters, digits, `_` or `-`')
  // Without a name, generators of clients call it `Result`, which is another schema.
  .meta({ id: 'StepName' });

const stepSpec = z
  .strictObject({
    operation: z.string().min(1).max(100).meta({ example: 'image.transform' }),
    params: z.record(z.string(), z.unknown()).default({}).describe('See GET /v1/operations/{name}'),
    use: limitEntries(MAX_STEPS, z.array(z.string().min(1).max(100)).max(MAX_STEPS))
      .optional()
      .describe(
        `Names of steps whose files are its inputs; "${ASSETS}": the assets of the job. Default: the assets`,
      ),
    when: z
      .string()
      .min(1)
      .max(MAX_CONDITION)
      .optional()
      .describe(
        'Condition in CEL on the facts of each input; the step takes the inputs that meet it. See docs/pipelines.md#conditions',
      )
      .meta({ example: 'width >= 1600' }),
    on_error: z
      .enum(['fail', 'continue'])
      .default('fail')
      .describe(
        'When the step fails. `fail`: the job fails, after the steps that do not depend on it have ended. `continue`: the job ' +
          'completes without its files. Steps that use a failed step are skipped either way',
      ),
    reuse: z.boolean().optional().describe('As `reuse` of the job, which is the default'),
  })
  .meta({ id: 'StepSpec' });

export const stepMap = limitEntries(MAX_STEPS, z.record(stepName, stepSpec))
  .refine((steps) => Object.keys(steps).length > 0, 'must have at least one step')
  .refine(
    (steps) => JSON.stringify(steps).length <= MAX_STEPS_TEXT,
    `must be at most ${MAX_STEPS_TEXT / 1024} KiB as JSON; send larger data as assets`,
  )
  .meta({ minProperties: 1, maxProperties: MAX_STEPS, propertyNames: { pattern: STEP_NAME.source } });

export const resultSteps = limitEntries(MAX_STEPS, z.array(stepName).min(1).max(MAX_STEPS));

export type StepSpec = z.infer<typeof stepSpec>;

export const stepStates = ['waiting', 'running', 'completed', 'failed', 'skipped', 'cancelled'] as const;

/**
 * Returns the names of these steps and of all that depend on them.
 *
 * @param steps In an order in which each step follows those that it uses.
 */
export function withDependents(
  steps: readonly { readonly name: string; readonly use: readonly string[] }[],
  names: ReadonlySet<string>,
): ReadonlySet<string> {
  const found = new Set(names);
  for (const { name, use } of steps) if (use.some((used) => found.has(used))) found.add(name);
  return found;
}
