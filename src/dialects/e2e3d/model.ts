/** Jobs as e2e3d's clients know them. */
import { z } from 'zod';
import type { Job } from '../../jobs/model/job.ts';
import type { JobState } from '../../jobs/model/states.ts';

export const NAME = 'e2e3d';

/** The operation that this API runs. */
export const OPERATION = 'reconstruct';

export const qualities = ['low', 'medium', 'high'] as const;

export const statuses = ['submitted', 'queued', 'processing', 'completed', 'failed', 'cancelled'] as const;

export type E2e3dStatus = (typeof statuses)[number];

const statusByState: Readonly<Record<JobState, E2e3dStatus>> = {
  created: 'submitted',
  queued: 'queued',
  downloading: 'processing',
  waiting: 'queued',
  processing: 'processing',
  packaging: 'processing',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
};

/** Stage names for the states before and after the operation's own stages. */
const stageByState: Partial<Record<JobState, string>> = {
  downloading: 'image_preparation',
  packaging: 'model_export',
};

const time = z.iso.datetime().nullable();

export const e2e3dJob = z
  .object({
    job_id: z.string(),
    status: z.enum(statuses),
    progress: z.int().min(0).max(100),
    stage: z.string().nullable().describe('Null before the job starts and after it has ended'),
    start_time: time.describe('Null until the job starts'),
    estimated_completion: time.describe('Null in lists, and while too few similar jobs have ended'),
    error: z.string().nullable().describe('Why it failed'),
    paused: z.boolean().describe('The running stage finishes, then the job holds until it is resumed'),
    notes: z.array(z.string()).describe('What was not taken from the directory'),
  })
  .meta({
    id: 'E2e3dJob',
    example: {
      job_id: 'sample_job_123',
      status: 'processing',
      progress: 65,
      stage: 'mesh_generation',
      start_time: '2025-03-22T01:32:17Z',
      estimated_completion: '2025-03-22T02:15:00Z',
      error: null,
      paused: false,
      notes: [],
    },
  });

export const toE2e3dStatus = (state: JobState): E2e3dStatus => statusByState[state];

/**
 * Returns a job as the API shows it.
 *
 * @param estimatedEnd ISO 8601; null if it is unknown
 */
export const toE2e3dJob = (job: Job, estimatedEnd: string | null = null): z.infer<typeof e2e3dJob> => ({
  job_id: job.id,
  status: toE2e3dStatus(job.state),
  progress: Math.floor(job.progress),
  stage: job.stage ?? stageByState[job.state] ?? null,
  start_time: withoutFraction(job.started_at),
  estimated_completion: withoutFraction(estimatedEnd),
  error: job.error?.message ?? null,
  paused: job.paused,
  notes: job.notes ?? [],
});

/** Clients parse times without fractions of a second. */
const withoutFraction = (time: string | null): string | null => time?.replace(/\.\d+Z$/, 'Z') ?? null;
