/** Errors as RFC 9457 problems. */
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { z } from 'zod';
import { DarkroomError, type ErrorCode } from '../../errors.ts';
import { retryAfter } from '../../lib/retry-after.ts';
import type { Log } from '../../log.ts';

export const problem = z
  .object({
    type: z
      .string()
      .describe('Names the kind of problem, and nothing else')
      .meta({ example: 'urn:darkroom:problem:job_not_found' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('What was wrong, and what to do'),
    code: z.string().meta({ example: 'job_not_found' }),
    retryable: z.boolean().describe('Whether the same request may succeed later'),
    errors: z
      .array(z.object({ pointer: z.string().describe('JSON Pointer (RFC 6901)'), detail: z.string() }))
      .optional()
      .describe('Each invalid field'),
    details: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('More for programs, such as the `state` of the job that prevents the action'),
  })
  .meta({
    id: 'Problem',
    example: {
      type: 'urn:darkroom:problem:job_not_found',
      title: 'No such job',
      status: 404,
      detail: 'There is no job "holiday-2026"',
      code: 'job_not_found',
      retryable: false,
    },
  });

/** Seconds until a retry may succeed after an outage or a limit, if the error does not know. */
const RETRY_AFTER_SECONDS = 2;

/** Returns the response of the native API to an error. */
export function problemResponse(c: Context, error: DarkroomError): Response {
  const { errors, ...details } = error.details ?? {};
  const body = {
    type: `urn:darkroom:problem:${error.code}`,
    title: error.title,
    status: error.status,
    detail: error.message,
    code: error.code,
    retryable: error.retryable,
    ...(errors === undefined ? {} : { errors }),
    ...(Object.keys(details).length === 0 ? {} : { details }),
  };
  const headers = { 'content-type': 'application/problem+json', ...failureHeaders(error) };
  return c.body(JSON.stringify(body), error.status as ContentfulStatusCode, headers);
}

/** Returns the headers of a response to an error, in whatever shape the body is. */
export function failureHeaders({ status, details }: DarkroomError): Record<string, string> {
  const seconds = details?.['retry_after_seconds'];
  if (status === 503 || status === 429)
    return retryAfter(typeof seconds === 'number' ? seconds : RETRY_AFTER_SECONDS);
  // The body is not read, and would be parsed as the next request.
  return status === 413 ? { connection: 'close' } : {};
}

/** Converts anything thrown into an error that clients may see. Logs unexpected errors, and returns `internal` for them. */
export function publicError(error: unknown, log: Log): DarkroomError {
  if (error instanceof DarkroomError) return error;
  if (error instanceof HTTPException) {
    const code = byStatus[error.status];
    if (code) return new DarkroomError(code, details[code] ?? error.message, { cause: error });
  }
  log.error({ err: error }, 'A request failed unexpectedly');
  return new DarkroomError('internal', 'Something went wrong inside darkroom; its log says more');
}

const details: Partial<Record<ErrorCode, string>> = {
  unsupported_media_type: 'Send the body as JSON, with the header Content-Type: application/json',
  malformed_json: 'The body is not valid JSON',
};

/** Codes of the errors that Hono itself throws. */
const byStatus: Readonly<Record<number, ErrorCode>> = {
  400: 'malformed_json',
  404: 'route_not_found',
  405: 'method_not_allowed',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
};
