/** The response envelope of all routes. */
import { z } from '@hono/zod-openapi';

export const tags = ['guestkit'];

/** The schema of a successful response. */
export const success = <Schema extends z.ZodType>(data: Schema) =>
  z.object({ success: z.literal(true), data });
