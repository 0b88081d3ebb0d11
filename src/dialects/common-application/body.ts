/** Request bodies. */
import type { Context } from 'hono';
import type { z } from 'zod';
import { readOptionalJsonBody } from '../../api/bodies/json-body.ts';
import { invalidFields } from '../../jobs/validation/invalid-request.ts';

/**
 * Reads the JSON body of a request. An empty body counts as `{}`.
 *
 * @throws invalid_request, malformed_json, unsupported_media_type
 */
export async function readBody<Schema extends z.ZodType>(
  c: Context,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const parsed = schema.safeParse(await readOptionalJsonBody(c));
  if (parsed.success) return parsed.data;
  throw invalidFields(parsed.error.issues);
}

/** Returns the Idempotency-Key of a request. */
export const readIdempotencyKey = (c: Context): string | undefined =>
  c.req.header('idempotency-key') || undefined;
