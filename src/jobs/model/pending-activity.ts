/** What a job does now, or waits for. */
import { z } from 'zod';

/** A step that has not ended: a batch of downloads or of a stage, the packaging, an attempt at a callback. */
export const pendingActivity = z
  .object({
    kind: z.enum(['download', 'stage', 'package', 'callback']),
    state: z
      .enum(['waiting', 'running', 'retrying'])
      .describe(
        'waiting: for a free worker. retrying: until `next_attempt_at`, as the attempt before failed',
      ),
    task_queue: z.string().nullable().describe("Temporal's name of where workers take it from"),
    since: z.iso.datetime().nullable().describe('When it began to be in this state'),
    attempt: z.int().describe('From 1; of the attempt that runs, or comes next'),
    next_attempt_at: z.iso.datetime().nullable(),
    error: z
      .object({ code: z.string(), message: z.string() })
      .nullable()
      .describe('Why the attempt before failed'),
  })
  .meta({ id: 'PendingActivity' });

export type PendingActivity = z.infer<typeof pendingActivity>;
