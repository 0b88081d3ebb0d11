/** What the routes have in common. */
import { z } from '@hono/zod-openapi';

export const tags = ['guestkit'];

/** Answers that are no error have their content in `data`. */
export const success = <Schema extends z.ZodType>(data: Schema) =>
  z.object({ success: z.literal(true), data });
