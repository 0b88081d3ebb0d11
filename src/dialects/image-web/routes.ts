/** The routes of image-web. A submission that cannot be accepted becomes a failed job that says why. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { requires } from '../../api/auth/route-actions.ts';
import { toBasePath } from '../../api/base-path.ts';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { fileResponse } from '../../api/files/file-response.ts';
import { parseUuidRef } from '../../api/job-ref.ts';
import { file, json } from '../../api/openapi/responses.ts';
import { createRouter } from '../../api/openapi/router.ts';
import { failureHeaders } from '../../api/problems/problem.ts';
import type { DarkroomError } from '../../errors.ts';
import { isTerminal } from '../../jobs/model/states.ts';
import { closedSchema } from '../../jobs/model/template.ts';
import type { Submitter } from '../../jobs/submit/submitter.ts';
import { retryAfter } from '../../lib/retry-after.ts';
import { findOperation, imageForm, readImageForm, type Texts, toRejection } from './form.ts';
import { failure, findOutput, jobPath, NAME, toWebJob, webJob } from './model.ts';

/** Seconds between two requests for the status of a running job. */
const RETRY_AFTER_SECONDS = 1;

const tags = [NAME];
const jobParam = z.object({
  job_id: z.string().openapi({ example: '88cf3e0e-9df3-4e2a-9638-72660958344f' }),
});

export function createRoutes(parts: ApiDependencies): OpenAPIHono<ApiEnv> {
  const app = createRouter();
  const { jobs } = parts;
  const basePath = toBasePath(parts.publicUrl);

  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/jobs',
    ...requires('jobs.submit'),
    tags,
    summary: 'Submit an image',
    description:
      'Fields besides `image` and `operation` are parameters of the operation, with the types of its JSON Schema. Other fields are ' +
      'ignored. With an Idempotency-Key, a repeated request returns its first job.',
    request: { body: { required: true, content: { 'multipart/form-data': { schema: imageForm } } } },
    responses: {
      202: withLocation(webJob, 'The job is accepted and durable', 'the job'),
      500: withLocation(
        z.union([webJob, failure]),
        'Not accepted: a failed job that says why; or, if a part of the server does not answer, an error without a job',
        'the failed job',
      ),
      413: json(failure, 'Too large; there is no job'),
      429: json(failure, 'A limit is reached; there is no job'),
    },
  });
  app.post('/jobs', (c) => submit(c, parts));

  app.openapi(
    createRoute({
      method: 'get',
      path: '/jobs/{job_id}',
      ...requires('jobs.read'),
      tags,
      summary: 'Status of a job',
      request: { params: jobParam },
      responses: {
        200: json(webJob, 'The job is pending, is being processed, or has failed'),
        201: withLocation(webJob, 'The job is completed', 'the output'),
        404: json(failure, 'There is no such job'),
        500: json(failure, 'The status is unknown; try again'),
      },
    }),
    async (c) => {
      const ref = parseUuidRef(c, c.req.valid('param').job_id);
      const view = toWebJob(await jobs.open(ref, { dialect: NAME }), basePath);
      if (view.output !== null) return c.json(view, 201, { location: `${jobPath(ref.id)}/output` });
      return c.json(view, 200, view.status === 'failed' ? {} : retryAfter(RETRY_AFTER_SECONDS));
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/jobs/{job_id}/output',
      ...requires('results.read'),
      tags,
      summary: 'The image that a job produced; takes Range and If-None-Match',
      request: { params: jobParam },
      responses: {
        ...file('The image; without one, the JSON or the first file of the result'),
        202: withLocation(webJob, 'The job is not completed', 'the job'),
        404: json(failure, 'There is no such job, or it has no output'),
        416: json(failure, 'The range starts after the end of the image'),
        500: json(failure, 'The output cannot be read; try again'),
      },
    }),
    async (c) => {
      const ref = parseUuidRef(c, c.req.valid('param').job_id);
      const snapshot = await jobs.open(ref, { dialect: NAME });
      if (!isTerminal(snapshot.job.state)) {
        const headers = { location: jobPath(ref.id), ...retryAfter(RETRY_AFTER_SECONDS) };
        return c.json(toWebJob(snapshot, basePath), 202, headers);
      }
      const output = findOutput(await snapshot.result());
      return ('file' in output ? await fileResponse(c, output.file) : c.json(output.data)) as never;
    },
  );

  return app;
}

async function submit(
  c: Context<ApiEnv>,
  { submissions, operations, templates, limits, publicUrl }: ApiDependencies,
): Promise<Response> {
  const texts: Texts = [];
  const idempotencyKey = c.req.header('idempotency-key') || undefined;
  const submitter: Submitter = {
    tenant: c.var.tenant,
    dialect: NAME,
    idempotencyKey,
    // A repeated request must not replace the image of its first job.
    fixedInputKey: idempotencyKey === undefined,
    keepRejected: (error) =>
      makesNoJob(error) ? null : { operation: findOperation(texts), error: toRejection(error) },
  };
  const findParams = async (name: string) => {
    const operation = operations.find(name);
    if (operation) return operation.info.params;
    const template = await templates.find(c.var.tenant, name);
    return template ? closedSchema(template.params) : undefined;
  };
  const { job, rejection } = await submissions.submit(submitter, (open) =>
    readImageForm(c.env, { limits, findParams, open, texts }),
  );
  const view = toWebJob({ job, timeline: [] }, toBasePath(publicUrl));
  if (!rejection) return c.json(view, 202, { location: jobPath(job.id) });
  return c.json(view, 500, { location: jobPath(job.id), ...failureHeaders(rejection) });
}

/** These errors concern the request, not the job. No client reads the response to an interrupted upload. */
const makesNoJob = ({ status, code }: DarkroomError): boolean =>
  [413, 429].includes(status) || code === 'upload_interrupted';

export function fail(c: Context, error: DarkroomError): Response {
  const { code, message } = error;
  const body: z.infer<typeof failure> = { message, code };
  return c.json(body, toHttpStatus(error), failureHeaders(error));
}

/** The contract knows no other server error than 500. */
function toHttpStatus({ status, code }: DarkroomError): ContentfulStatusCode {
  if (code === 'result_not_ready') return 404;
  return status > 500 ? 500 : (status as ContentfulStatusCode);
}

const withLocation = <Schema extends z.ZodType>(schema: Schema, description: string, what: string) => ({
  ...json(schema, description),
  headers: z.object({ location: z.string().openapi({ description: `Address of ${what}` }) }),
});
