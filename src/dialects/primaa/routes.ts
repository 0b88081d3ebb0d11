/** The routes of primaa. Every response has a code, a job id, a status and an error. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { requires } from '../../api/auth/route-actions.ts';
import { readJsonBody } from '../../api/bodies/json-body.ts';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { parseUuidRef } from '../../api/job-ref.ts';
import { json } from '../../api/openapi/responses.ts';
import { createRouter } from '../../api/openapi/router.ts';
import { describeFailure } from '../../api/problems/describe-failure.ts';
import { failureHeaders } from '../../api/problems/problem.ts';
import type { DarkroomError } from '../../errors.ts';
import type { Submitter } from '../../jobs/submit/submitter.ts';
import { invalidFields } from '../../jobs/validation/invalid-request.ts';
import { NAME, toPrimaaJob, toPrimaaResult } from './model.ts';

const NO_JSON = 'Send the body as JSON, with the header Content-Type: application/json';

/** FastAPI reads a body without a content type as JSON. */
const JSON_OR_UNTYPED = /^(?:application\/(?:[\w.-]+\+)?json)?$/;

const tags = [NAME];

const text = (example: string) =>
  z
    .string({ error: ({ input }) => (input === undefined ? 'is required' : 'must be a string') })
    .min(1, 'must not be empty')
    .openapi({ example });

const submission = z
  .object({
    image_url: text('https://images.example.com/slide.jpeg?width=2132&height=1596'),
    callback_url: text('https://you.example/hook'),
    callback_token: text('a1b2c3d4-e5f6-7890-1234-567890abcdef').openapi({
      description: 'Sent with the callback, in its body and as `Authorization: Bearer`',
    }),
    algorithm_name: text('poi_detection').openapi({ description: 'Any operation on one image' }),
  })
  .meta({ id: 'PrimaaSubmission' });

const answer = z
  .object({
    code: z.int().openapi({ description: 'The HTTP status', example: 200 }),
    job_id: z
      .string()
      .nullable()
      .openapi({ description: 'Null: there is no job', example: '88cf3e0e-9df3-4e2a-9638-72660958344f' }),
    status: z
      .enum(['Pending', 'Processing', 'Completed', 'Failed'])
      .nullable()
      .openapi({ description: 'Null: unknown at the moment; repeat the request' }),
    error: z.string().nullable(),
  })
  .meta({ id: 'PrimaaAnswer' });

const status = answer
  .extend({ result: z.unknown().optional().openapi({ description: 'Only for a completed job' }) })
  .meta({ id: 'PrimaaStatus' });

export function createRoutes({ jobs, submissions, publicUrl }: ApiDependencies): OpenAPIHono<ApiEnv> {
  const app = createRouter();
  const failures = (...codes: number[]) =>
    Object.fromEntries(codes.map((code) => [code, json(answer, '`error` says why')]));

  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/job-submission',
    ...requires('jobs.submit'),
    tags,
    summary: 'Run an algorithm on the image at a URL',
    description: 'With an Idempotency-Key, a repeated request returns its first job.',
    request: { body: { required: true, content: { 'application/json': { schema: submission } } } },
    responses: {
      200: json(answer, 'The job is accepted and durable'),
      ...failures(400, 413, 415, 422, 429, 503),
    },
  });
  app.post('/job-submission', async (c) => {
    const parsed = submission.safeParse(await readJsonBody(c, NO_JSON, JSON_OR_UNTYPED));
    if (!parsed.success) throw invalidFields(parsed.error.issues);
    const { image_url, callback_url, callback_token, algorithm_name } = parsed.data;
    const submitter: Submitter = {
      tenant: c.var.tenant,
      dialect: NAME,
      idempotencyKey: c.req.header('idempotency-key') || undefined,
    };
    const { job } = await submissions.submit(submitter, {
      operation: algorithm_name,
      assets: [{ source: { url: image_url } }],
      callback: { url: callback_url, token: callback_token },
    });
    return c.json(toPrimaaJob(job), 200);
  });

  app.openapi(
    createRoute({
      method: 'get',
      path: '/status/{job_id}',
      ...requires('jobs.read'),
      tags,
      summary: 'Status of a job, and the result once it is completed',
      request: {
        params: z.object({
          job_id: z.string().openapi({ example: '88cf3e0e-9df3-4e2a-9638-72660958344f' }),
        }),
      },
      responses: { 200: json(status, 'The job'), ...failures(404, 503) },
    }),
    async (c) => {
      const ref = parseUuidRef(c, c.req.valid('param').job_id);
      const opened = await jobs.open(ref, { dialect: NAME });
      const { job } = opened;
      if (job.state !== 'completed') return c.json(toPrimaaJob(job), 200);
      const { manifest } = await opened.result();
      return c.json({ ...toPrimaaJob(job), result: toPrimaaResult(manifest, publicUrl) }, 200);
    },
  );

  return app;
}

export function fail(c: Context<ApiEnv>, error: DarkroomError): Response {
  const body: z.infer<typeof answer> = {
    code: error.status,
    job_id: findJobId(c.req.path),
    // Clients give up on "Failed". An outage or a wrong key says nothing about the job.
    status: error.retryable || [401, 403].includes(error.status) ? null : 'Failed',
    error: describeFailure(error, toFieldName),
  };
  return c.json(body, error.status as ContentfulStatusCode, failureHeaders(error));
}

const findJobId = (path: string): string | null => /^\/status\/([^/]+)$/.exec(path)?.[1] ?? null;

/** Pointer into a JobSpec → the field of a submission. */
const fieldNames: readonly (readonly [RegExp, string])[] = [
  [/^\/assets\/0\b/, 'image_url'],
  [/^\/callback\/url\b/, 'callback_url'],
  [/^\/callback\/token\b/, 'callback_token'],
  [/^\/(operation|assets|params)\b/, 'algorithm_name'],
];

const toFieldName = (pointer: string): string =>
  fieldNames.find(([pattern]) => pattern.test(pointer))?.[1] ??
  (pointer.slice(1).replaceAll('/', '.') || 'the body');
