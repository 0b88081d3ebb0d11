/** POST /api/v1/jobs. */
import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { requires } from '../../api/auth/route-actions.ts';
import { readJsonBody } from '../../api/bodies/json-body.ts';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { json } from '../../api/openapi/responses.ts';
import { createRouter } from '../../api/openapi/router.ts';
import { hasCode } from '../../errors.ts';
import type { Job } from '../../jobs/model/job.ts';
import type { ConcurrencyQuotas } from '../../jobs/submit/concurrency-quota.ts';
import { type FieldError, invalidRequest } from '../../jobs/validation/invalid-request.ts';
import { success, tags } from './envelope.ts';
import { fails } from './errors.ts';
import { jobDocument, toDocumentError, toJobRequest } from './job-document.ts';
import { NAME } from './model.ts';

const NO_JSON = 'Send the job as JSON, with the header Content-Type: application/json';

const receipt = z.object({ job_id: z.string(), status: z.literal('submitted'), message: z.string() }).meta({
  id: 'GuestkitReceipt',
  example: {
    job_id: 'test-001',
    status: 'submitted',
    message: 'Job test-001 submitted successfully',
  },
});

export function submissionRoutes(
  {
    submissions,
    operations,
    checkInputFile,
  }: Pick<ApiDependencies, 'submissions' | 'operations' | 'checkInputFile'>,
  queueQuotas: ConcurrencyQuotas,
): OpenAPIHono<ApiEnv> {
  const app = createRouter();

  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/api/v1/jobs',
    ...requires('jobs.submit'),
    tags,
    summary: 'Submit a job',
    description:
      'The same document sent again finds its job; another document with that id is rejected with 409.',
    request: { body: { required: true, content: { 'application/json': { schema: jobDocument } } } },
    responses: {
      201: json(success(receipt), 'The job is accepted and durable'),
      ...fails(400, 409, 413, 415, 429, 503),
    },
  });
  app.post('/api/v1/jobs', async (c) => {
    const request = toJobRequest(await readJsonBody(c, NO_JSON), operations);
    const submitter = { tenant: c.var.tenant, dialect: NAME, quotas: [queueQuotas] };
    const submit = async (): Promise<Job> => {
      const known = await submissions.find(submitter, request);
      if (known) return known;
      for (const { source } of request.assets ?? [])
        if (source.path !== undefined) await checkImage(source.path, submitter.tenant);
      return (await submissions.submit(submitter, request)).job;
    };
    const { id } = await submit().catch((error: unknown) => {
      throw toDocumentErrors(error, request.operation ?? '');
    });
    c.header('location', `/api/v1/jobs/${encodeURIComponent(id)}`);
    const message = `Job ${id} submitted successfully`;
    return c.json({ success: true, data: { job_id: id, status: 'submitted', message } }, 201);
  });

  /** Throws invalid_request if the image cannot be used: clients learn it at once, and not from a failed job. */
  const checkImage = (path: string, tenant: string): Promise<void> =>
    checkInputFile(path, tenant).catch((error: unknown) => {
      const isUnusable = hasCode(error, 'asset_not_found') || hasCode(error, 'asset_path_forbidden');
      throw isUnusable
        ? invalidRequest([{ pointer: '/assets/0/source/path', detail: error.message }])
        : error;
    });

  return app;
}

function toDocumentErrors(error: unknown, operation: string): unknown {
  if (!hasCode(error, 'invalid_request')) return error;
  const errors = (error.details?.['errors'] ?? []) as readonly FieldError[];
  return invalidRequest(errors.map((one) => toDocumentError(operation, one)));
}
