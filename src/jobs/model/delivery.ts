/** Deliveries of callbacks: one for each event, with its attempts. */
import { z } from 'zod';
import type { Job } from './job.ts';
import { callbackEvents } from './job-spec.ts';

const attempt = z.object({
  at: z.iso.datetime(),
  status: z.int().nullable().describe('HTTP status; null when there was no response'),
  reason: z.string().nullable().describe('Why the attempt failed; null when it succeeded'),
  duration_ms: z.int(),
});

export const delivery = z
  .object({
    id: z
      .string()
      .describe('The `webhook-id`: the same for each attempt, so that receivers recognize duplicates'),
    event: z.enum(callbackEvents),
    run: z.int(),
    occurred_at: z.iso.datetime().describe('When the event happened'),
    seq: z.int().describe('Position of the event in the timeline of its run'),
    state: z.enum(['pending', 'delivered', 'failed']).describe('`failed`: there are no more attempts'),
    attempts: z.array(attempt),
    next_attempt_at: z.iso.datetime().nullable(),
  })
  .meta({
    id: 'Delivery',
    example: {
      id: 'msg_holiday-2026-1-7',
      event: 'job.completed',
      run: 1,
      occurred_at: '2026-11-21T09:30:00.000Z',
      seq: 7,
      state: 'delivered',
      attempts: [{ at: '2026-11-21T09:30:00.100Z', status: 204, reason: null, duration_ms: 12 }],
      next_attempt_at: null,
    },
  });

export type Delivery = z.infer<typeof delivery>;

/** The event that a callback is about. */
export type CallbackMoment = Pick<Delivery, 'event' | 'run' | 'occurred_at' | 'seq'>;
export type DeliveryAttempt = z.infer<typeof attempt>;

/** A delivery as the object store keeps it. */
export interface DeliveryRecord extends Delivery {
  /** The job at the moment of the event. */
  readonly about: Job;
}
