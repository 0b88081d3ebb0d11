/** A callback on its way: one delivery for each moment that is told, and each attempt at it. */
import { z } from 'zod';
import { callbackEvents, type Job } from './job.ts';

const attempt = z.object({
  at: z.iso.datetime(),
  status: z.int().nullable().describe('HTTP status; null when there was no answer'),
  reason: z.string().nullable().describe('What went wrong; null of a success'),
  duration_ms: z.int(),
});

export const delivery = z
  .object({
    id: z
      .string()
      .describe('The `webhook-id`, the same at each attempt, by which a receiver tells repetitions'),
    event: z.enum(callbackEvents),
    run: z.int(),
    occurred_at: z.iso.datetime().describe('When the job came to what is told'),
    seq: z.int().describe('Of the moment in the timeline of its run'),
    state: z.enum(['pending', 'delivered', 'failed']).describe('`failed`: it will not be tried again'),
    attempts: z.array(attempt),
    next_attempt_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Delivery' });

export type Delivery = z.infer<typeof delivery>;
export type DeliveryAttempt = z.infer<typeof attempt>;

/** A delivery as the object store keeps it. */
export interface DeliveryRecord extends Delivery {
  /** The job at the moment of the event. */
  readonly about: Job;
}
