/** The shape of all responses except results and metrics. */
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { json } from '../../api/openapi/responses.ts';
import { describeFailure } from '../../api/problems/describe-failure.ts';
import { failureHeaders } from '../../api/problems/problem.ts';
import type { DarkroomError, ErrorCode } from '../../errors.ts';
import { toFieldName } from './fields.ts';

export const envelope = <Data extends z.ZodType>(data: Data) =>
  z.object({ success: z.boolean(), message: z.string().nullable(), data });

export const succeeded = <Data>(data: Data) => ({ success: true, message: null, data });

const failure = envelope(z.null())
  .meta({ id: 'TaskFailure' })
  .openapi({
    example: { success: false, message: 'data[0].download_url: must be an absolute URL', data: null },
  });

/** Describes error responses with these statuses. */
export const fails = (...statuses: number[]) =>
  Object.fromEntries(statuses.map((status) => [status, json(failure, '`message` says why')]));

export const fail = (c: Context, error: DarkroomError): Response =>
  c.json(
    { success: false, message: toMessage(c, error), data: null },
    toHttpStatus(error),
    failureHeaders(error),
  );

/** Errors whose messages name jobs. Clients of this API know them as tasks. */
const jobErrors: readonly ErrorCode[] = [
  'job_not_found',
  'job_not_active',
  'input_closed',
  'too_many_assets',
  'worker_unavailable',
];

function toMessage(c: Context, error: DarkroomError): string {
  if (jobErrors.includes(error.code))
    return error.message.replaceAll(/\b([Jj])ob\b/g, (_, letter) => (letter === 'J' ? 'Task' : 'task'));
  const assets = c.req.path === '/api/v1/task' ? 'assets_total' : 'data';
  return describeFailure(error, (pointer) => toFieldName(pointer, assets));
}

/** The contract has 404 for a result that does not exist. */
const toHttpStatus = ({ code, status }: DarkroomError): ContentfulStatusCode =>
  (code === 'result_not_ready' ? 404 : status) as ContentfulStatusCode;
