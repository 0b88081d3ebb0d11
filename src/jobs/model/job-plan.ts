/** What a job would compute: the response to a dry run. */
import { z } from 'zod';

const estimate = z
  .object({
    inputs: z.int().nullable().describe('Files that the step takes; with a condition, at most'),
    files: z.int().nullable().describe('Files that it makes'),
    seconds: z.number().nullable().describe('From its begin to its end'),
    bytes: z.int().nullable().describe('Size of its files'),
  })
  .meta({ id: 'StepEstimate' });

const stepPlan = z
  .object({
    name: z.string(),
    operation: z.string(),
    use: z.array(z.string()),
    when: z.string().optional().describe('Its condition; absent if it takes all inputs'),
    stages: z.array(
      z.object({
        name: z.string(),
        computes: z
          .enum(['all', 'failed', 'nothing'])
          .describe(
            '`failed`: only the inputs that failed before. `nothing`: what an earlier run computed is used',
          ),
      }),
    ),
    estimate: estimate.describe(
      'From completed jobs with the same operation, whatever their parameters; null: fewer than three are comparable',
    ),
  })
  .meta({ id: 'StepPlan' });

export const jobPlan = z.object({
  exists: z
    .boolean()
    .nullable()
    .describe(
      'Whether the same request has made its job already; then it would return that one. Null: unknown without the files',
    ),
  run: z.int().describe('Number of the run, from 1'),
  template: z.string().nullable().describe('The template that makes the steps, as NAME@VERSION'),
  assets: z.int().describe('Known so far'),
  steps: z.array(stepPlan),
  results: z.array(z.string()).describe('Steps whose files are the result'),
  estimate: z.object({
    seconds: z
      .number()
      .nullable()
      .describe(
        'Of the longest way through the steps, without downloads and waiting for workers; null: unknown',
      ),
    bytes: z.int().nullable().describe('Size of the result; null: unknown'),
  }),
  notes: z.array(z.string()).describe('What is not known, and why'),
});

export type StepEstimate = z.infer<typeof estimate>;
export type StepPlan = z.infer<typeof stepPlan>;
export type JobPlan = z.infer<typeof jobPlan>;
