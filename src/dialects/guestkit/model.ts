/** Jobs as guestkit's clients know them. */
import { z } from 'zod';
import type { Job } from '../../jobs/model/job.ts';
import type { JobState } from '../../jobs/model/states.ts';

export const NAME = 'guestkit';

const statuses = ['Pending', 'Assigned', 'Running', 'Completed', 'Failed'] as const;

/** Clients stop polling at Completed and Failed only, so a cancelled job is Failed. */
const statusByState: Readonly<Record<JobState, (typeof statuses)[number]>> = {
  created: 'Pending',
  queued: 'Assigned',
  downloading: 'Running',
  waiting: 'Running',
  processing: 'Running',
  packaging: 'Running',
  completed: 'Completed',
  failed: 'Failed',
  cancelled: 'Failed',
};

const time = z.iso.datetime();

export const guestkitJob = z
  .object({
    job_id: z.string(),
    status: z.enum(statuses).describe('Assigned: a worker has the job but has not started'),
    submitted_at: time,
    started_at: time.nullable(),
    completed_at: time.nullable().describe('When the job ended'),
    error: z.string().nullable().describe('Why the job failed; `cancelled` if it was cancelled'),
  })
  .meta({
    id: 'GuestkitStatus',
    example: {
      job_id: 'inspect-vm-001',
      status: 'Running',
      submitted_at: '2026-01-30T10:00:00Z',
      started_at: '2026-01-30T10:00:05Z',
      completed_at: null,
      error: null,
    },
  });

export function toGuestkitJob(job: Job): z.infer<typeof guestkitJob> {
  return {
    job_id: job.id,
    status: statusByState[job.state],
    submitted_at: job.created_at,
    started_at: job.started_at,
    completed_at: job.completed_at,
    error: job.state === 'cancelled' ? 'cancelled' : (job.error?.message ?? null),
  };
}
