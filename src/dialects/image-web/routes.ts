/**
 * image-web: one image in a form, one image back. Here a job that cannot be accepted is a job all the same: one that failed,
 * and says why.
 */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { isForm } from '../../api/bodies/media-type.ts';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { fileResponse } from '../../api/files/file-response.ts';
import { parseJobRef } from '../../api/job-ref.ts';
import { file, json } from '../../api/openapi/responses.ts';
import { createRouter } from '../../api/openapi/router.ts';
import { failureHeaders } from '../../api/problems/problem.ts';
import { DarkroomError } from '../../errors.ts';
import { isTerminal } from '../../jobs/model/states.ts';
import type { Submitter } from '../../jobs/submit/submitter.ts';
import { retryAfter } from '../../lib/retry-after.ts';
import { imageForm, operationOf, readImageForm, refusalOf, type Texts } from './form.ts';
import { failure, NAME, outputOf, pathOf, viewOf, webJob } from './model.ts';

/** Seconds between two looks at a running job that do no harm. */
const RETRY_AFTER_SECONDS = 1;

const tags = [NAME];
const jobParam = z.object({
  job_id: z.string().openapi({ example: '88cf3e0e-9df3-4e2a-9638-72660958344f' }),
});

export function createRoutes(parts: ApiDependencies): OpenAPIHono<ApiEnv> {
  const app = createRouter();
  const { jobs } = parts;

  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/jobs',
    tags,
    summary: 'Submit an image',
    description:
      'Fields of the form besides `image` and `operation` are parameters of the operation, of the types that its JSON Schema gives them.',
    request: { body: { required: true, content: { 'multipart/form-data': { schema: imageForm } } } },
    responses: {
      202: withLocation(webJob, 'Accepted, and durable from now on', 'the job'),
      500: withLocation(webJob, 'Not accepted: a failed job that says why', 'the failed job'),
      413: json(failure, 'Too large; there is no job'),
      415: json(failure, 'No form; there is no job'),
      429: json(failure, 'Your tenant has as many jobs as it may; there is no job'),
    },
  });
  app.post('/jobs', (c) => submit(c, parts));

  app.openapi(
    createRoute({
      method: 'get',
      path: '/jobs/{job_id}',
      tags,
      summary: 'Status of a job',
      request: { params: jobParam },
      responses: {
        200: json(webJob, 'It is pending, is being processed, or has failed'),
        201: withLocation(webJob, 'It is completed', 'the output'),
        404: json(failure, 'There is no such job'),
        500: json(failure, 'It is not known how the job is; try again'),
      },
    }),
    async (c) => {
      const view = viewOf(await jobs.open(parseJobRef(c, c.req.valid('param').job_id), { dialect: NAME }));
      if (view.output !== null) return c.json(view, 201, { location: view.output });
      return c.json(view, 200, view.status === 'failed' ? {} : retryAfter(RETRY_AFTER_SECONDS));
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/jobs/{job_id}/output',
      tags,
      summary: 'The image that a job made; takes Range and If-None-Match',
      request: { params: jobParam },
      responses: {
        ...file('The image; of an operation that makes none, its JSON or its first file'),
        202: withLocation(webJob, 'It is not there yet', 'the job'),
        404: json(failure, 'There is no such job, or it has no output'),
        416: json(failure, 'The range begins behind the end of the image'),
        500: json(failure, 'It cannot be read; try again'),
      },
    }),
    async (c) => {
      const ref = parseJobRef(c, c.req.valid('param').job_id);
      const snapshot = await jobs.open(ref, { dialect: NAME });
      if (!isTerminal(snapshot.job.state)) {
        const headers = { location: pathOf(ref.id), ...retryAfter(RETRY_AFTER_SECONDS) };
        return c.json(viewOf(snapshot), 202, headers);
      }
      const output = outputOf(await snapshot.result());
      return ('file' in output ? await fileResponse(c, output.file) : c.json(output.data)) as never;
    },
  );

  return app;
}

async function submit(c: Context<ApiEnv>, { submissions, operations, limits }: ApiDependencies) {
  if (!isForm(c.req.header('content-type'))) {
    const message = 'Send the image as multipart/form-data, in a file part called "image"';
    throw new DarkroomError('unsupported_media_type', message);
  }
  const texts: Texts = [];
  const submitter: Submitter = {
    tenant: c.var.tenant,
    dialect: NAME,
    fixedInputKey: true,
    keepRejected: (error) =>
      makesNoJob(error) ? null : { operation: operationOf(texts), error: refusalOf(error) },
  };
  const { job, rejection } = await submissions.submit(submitter, (open) =>
    readImageForm(c.env, { limits, operations, open, texts }),
  );
  const view = viewOf({ job, timeline: [] });
  if (!rejection) return c.json(view, 202, { location: pathOf(job.id) });
  return c.json(view, 500, { location: pathOf(job.id), ...failureHeaders(rejection) });
}

/** These errors concern the request, not the job. After an interrupted upload no client reads the answer. */
const makesNoJob = ({ status, code }: DarkroomError): boolean =>
  [413, 415, 429].includes(status) || code === 'upload_interrupted';

export function fail(c: Context, error: DarkroomError): Response {
  const { code, message } = error;
  const body: z.infer<typeof failure> = { message, code };
  return c.json(body, statusOf(error), failureHeaders(error));
}

/** All that is neither found nor the client's mistake is 500 here. */
function statusOf({ status, code }: DarkroomError): ContentfulStatusCode {
  if (code === 'result_not_ready') return 404;
  return status > 500 ? 500 : (status as ContentfulStatusCode);
}

const withLocation = <Schema extends z.ZodType>(schema: Schema, description: string, what: string) => ({
  ...json(schema, description),
  headers: z.object({ location: z.string().openapi({ description: `Address of ${what}` }) }),
});
