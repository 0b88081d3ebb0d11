/** Errors as e2e3d's clients know them. */
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { json } from '../../api/openapi.ts';
import { describeFailure } from '../../api/problems/bad-fields.ts';
import { failureHeaders } from '../../api/problems/problem.ts';
import type { DarkroomError } from '../../errors.ts';
import { states } from '../../jobs/model/states.ts';
import { e2e3dStatus } from './callback.ts';
import { statuses } from './shared.ts';

const failure = z
  .object({
    error: z.string().describe('A code of darkroom, for programs'),
    message: z.string().describe('A sentence; of a bad request, each field with what is wrong'),
    status: z.enum(statuses).optional().describe('Of the job, where that is why'),
  })
  .meta({
    id: 'E2e3dError',
    example: {
      error: 'result_not_ready',
      message: 'Job "sample_job_123" is processing; its results are here once it is completed',
      status: 'processing',
    },
  });

/** Statuses that are answered with an error. */
export const fails = (...codes: number[]) =>
  Object.fromEntries(codes.map((code) => [code, json(failure, '`message` says why')]));

export function fail(c: Context, error: DarkroomError): Response {
  const state = states.find((known) => known === error.details?.['state']);
  const body: z.infer<typeof failure> = {
    error: error.code,
    message: describeFailure(error, nameOf),
    ...(state ? { status: e2e3dStatus(state) } : {}),
  };
  return c.json(body, error.status as ContentfulStatusCode, failureHeaders(error));
}

/** Where the fields of a request go in a JobSpec. */
const places: readonly (readonly [RegExp, string])[] = [
  [/^\/assets(\/|$)/, 'image_set_path'],
  [/^\/callback(\/|$)/, 'notify_url'],
  [/^\/id$/, 'job_id'],
];

const nameOf = (pointer: string): string =>
  places.find(([place]) => place.test(pointer))?.[1] ??
  (pointer
    .replace(/^\/params\//, '/')
    .slice(1)
    .replaceAll('/', '.') ||
    'the body');
