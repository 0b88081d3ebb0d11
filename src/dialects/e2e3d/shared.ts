/** What the routes have in common. */
import { z } from '@hono/zod-openapi';

export const NAME = 'e2e3d';

export const tags = [NAME];

/** The one that this API runs. */
export const OPERATION = 'reconstruct';

export const qualities = ['low', 'medium', 'high'] as const;

export const statuses = ['submitted', 'queued', 'processing', 'completed', 'failed', 'cancelled'] as const;

const time = z.iso.datetime().nullable();

export const jobStatus = z
  .object({
    job_id: z.string(),
    status: z.enum(statuses),
    progress: z.int().min(0).max(100),
    stage: z.string().nullable().describe('Null before it begins and after it has ended'),
    start_time: time.describe('Null until it begins'),
    estimated_completion: time.describe('Null when too few like jobs have ended to tell, and in lists'),
    error: z.string().nullable().describe('Why it failed'),
    paused: z.boolean().describe('It finishes the step that it is in, and then holds until it is resumed'),
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
    },
  });

export const idParam = z.object({ job_id: z.string().openapi({ example: 'sample_job_123' }) });
