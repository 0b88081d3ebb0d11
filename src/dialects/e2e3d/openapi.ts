/** Parts that the OpenAPI descriptions of the routes share. */
import { z } from '@hono/zod-openapi';
import { NAME } from './model.ts';

export const tags = [NAME];

export const idParam = z.object({ job_id: z.string().openapi({ example: 'sample_job_123' }) });
