/** A running or waiting activity of a job. */
import { z } from 'zod';

/**
 * An activity that has not ended: a batch of downloads or of a stage, the list of the inputs of a step, the packaging, an attempt to deliver a callback. Or
 * the workflow itself, when workers cannot run its code, or none takes it.
 */
export const pendingActivity = z
  .object({
    kind: z.enum(['download', 'inputs', 'stage', 'package', 'callback', 'workflow']),
    state: z
      .enum(['waiting', 'running', 'retrying', 'paused'])
      .describe(
        'waiting: for a free worker. retrying: until `next_attempt_at`, because the last attempt failed. paused: by an administrator in Temporal',
      ),
    task_queue: z.string().nullable().describe("Temporal's task queue that workers poll for it"),
    worker: z.string().nullable().describe('The process that runs it, or ran the last attempt, as PID@HOST'),
    since: z.iso.datetime().nullable().describe('When it entered this state'),
    attempt: z.int().describe('Number of the attempt that runs or comes next, from 1'),
    next_attempt_at: z.iso.datetime().nullable(),
    error: z
      .object({ code: z.string(), message: z.string() })
      .nullable()
      .describe('Why the last attempt failed'),
  })
  .meta({ id: 'PendingActivity' });

export type PendingActivity = z.infer<typeof pendingActivity>;
