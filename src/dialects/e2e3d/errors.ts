/** Errors as e2e3d's clients know them. */
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { json } from '../../api/openapi/responses.ts';
import { describeFailure } from '../../api/problems/describe-failure.ts';
import { failureHeaders } from '../../api/problems/problem.ts';
import type { DarkroomError } from '../../errors.ts';
import { states } from '../../jobs/model/states.ts';
import { statuses, toE2e3dStatus } from './model.ts';

const errorBody = z
  .object({
    error: z.string().describe("darkroom's error code, for programs"),
    message: z.string().describe('A sentence; for an invalid request, each field with its error'),
    status: z.enum(statuses).optional().describe('Of the job, if it is the reason'),
  })
  .meta({
    id: 'E2e3dError',
    example: {
      error: 'result_not_ready',
      message: 'Job "sample_job_123" is processing; its results are here once it is completed',
      status: 'processing',
    },
  });

/** Describes error responses with these statuses. */
export const fails = (...codes: number[]) =>
  Object.fromEntries(codes.map((code) => [code, json(errorBody, '`message` says why')]));

export function fail(c: Context, error: DarkroomError): Response {
  const state = states.find((known) => known === error.details?.['state']);
  const body: z.infer<typeof errorBody> = {
    error: error.code,
    message: describeFailure(error, toFieldName),
    ...(state ? { status: toE2e3dStatus(state) } : {}),
  };
  return c.json(body, error.status as ContentfulStatusCode, failureHeaders(error));
}

/** Pointer into a JobSpec → the field of a request that it comes from. */
const fieldNames: readonly (readonly [RegExp, string])[] = [
  [/^\/assets(\/|$)/, 'image_set_path'],
  [/^\/callback(\/|$)/, 'notify_url'],
  [/^\/id$/, 'job_id'],
];

const toFieldName = (pointer: string): string =>
  fieldNames.find(([pattern]) => pattern.test(pointer))?.[1] ??
  (pointer
    .replace(/^\/params\//, '/')
    .slice(1)
    .replaceAll('/', '.') ||
    'the body');
