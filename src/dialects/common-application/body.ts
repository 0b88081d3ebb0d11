/** Request bodies. */
import type { Context } from 'hono';
import type { z } from 'zod';
import { describeMediaType, readOptionalJsonBody } from '../../api/bodies/json-body.ts';
import { invalidFields } from '../../jobs/validation/invalid-request.ts';

/**
 * Reads the JSON body of a request.
 *
 * @param absent stands for an empty body
 * @throws invalid_request, malformed_json, unsupported_media_type
 */
export async function readBody<Schema extends z.ZodType>(
  c: Context,
  schema: Schema,
  absent?: unknown,
): Promise<z.infer<Schema>> {
  const body = await readOptionalJsonBody(c, `This takes application/json, and got ${describeMediaType(c)}`);
  const parsed = schema.safeParse(body ?? absent);
  if (parsed.success) return parsed.data;
  throw invalidFields(parsed.error.issues);
}

/** Returns the Idempotency-Key of a request. */
export const readIdempotencyKey = (c: Context): string | undefined =>
  c.req.header('idempotency-key') || undefined;
