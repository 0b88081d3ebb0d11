/** Errors as guestkit's clients know them. */

import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { failureHeaders } from '../../api/problems/problem.ts';
import { DarkroomError, type ErrorCode } from '../../errors.ts';
import type { FieldError } from '../../jobs/validation/invalid-request.ts';
import { MISSING } from '../../lib/zod-messages.ts';

const fieldReason = z.object({ field: z.string(), reason: z.string() });

const failure = z
  .object({
    error: z.string(),
    message: z.string(),
    details: fieldReason
      .extend({
        errors: z.array(fieldReason).optional().describe('All invalid fields, if there are several'),
      })
      .optional(),
  })
  .meta({
    id: 'GuestkitError',
    example: {
      error: 'VALIDATION_ERROR',
      message: 'Job validation failed: invalid operation',
      details: { field: 'operation', reason: 'Operation must be namespaced' },
    },
  });

/** Describes error responses with these statuses. */
export const fails = (...statuses: number[]) =>
  Object.fromEntries(
    statuses.map((status) => [
      status,
      { description: toWord(status), content: { 'application/json': { schema: failure } } },
    ]),
  );

/** Creates the error for a submission at the limit of pending jobs. */
export const queueFull = (limit: number): DarkroomError =>
  new DarkroomError(
    'queue_full',
    `The queue is full: ${limit} jobs are pending. Submit the job again once some of them have started`,
    { details: { max_queue_size: limit } },
  );

/** Errors whose status or word differs from that of darkroom's status. */
const special: Partial<Record<ErrorCode, readonly [status: number, word: string]>> = {
  invalid_request: [400, 'VALIDATION_ERROR'],
  result_not_ready: [404, 'NOT_FOUND'],
  queue_full: [503, 'QUEUE_FULL'],
};

const words: Readonly<Record<number, string>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  408: 'REQUEST_TIMEOUT',
  409: 'CONFLICT',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  421: 'MISDIRECTED_REQUEST',
  429: 'TOO_MANY_REQUESTS',
  503: 'SERVICE_UNAVAILABLE',
  507: 'INSUFFICIENT_STORAGE',
};

const toWord = (status: number): string => words[status] ?? (status < 500 ? 'BAD_REQUEST' : 'INTERNAL_ERROR');

export function fail(c: Context, error: DarkroomError): Response {
  const [status, word] = special[error.code] ?? [error.status, toWord(error.status)];
  const body = { error: word, ...(describeFields(c, error) ?? { message: error.message }) };
  return c.json(body, status as ContentfulStatusCode, failureHeaders(error));
}

/** Names the first invalid field, as the contract does, and all of them if there are several. */
function describeFields(c: Context, { code, details }: DarkroomError): object | null {
  if (code !== 'invalid_request') return null;
  const errors = ((details?.['errors'] ?? []) as readonly FieldError[]).map(({ pointer, detail }) => ({
    field: toFieldName(pointer),
    reason: detail,
  }));
  const [first] = errors;
  if (!first) return null;
  const subject = c.req.method === 'POST' ? 'Job' : 'Request';
  const fault = first.reason === MISSING ? 'missing' : 'invalid';
  return {
    message: `${subject} validation failed: ${fault} ${first.field}`,
    details: { ...first, ...(errors.length > 1 ? { errors } : {}) },
  };
}

/** Formats `/payload/data/image` as `payload.data.image`. */
const toFieldName = (pointer: string): string =>
  pointer === '' ? 'body' : pointer.slice(1).replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~');
