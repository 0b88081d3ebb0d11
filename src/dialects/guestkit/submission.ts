/** POST /api/v1/jobs. */
import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { readJsonBody } from '../../api/bodies/json-body.ts';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { json } from '../../api/openapi/responses.ts';
import { createRouter } from '../../api/openapi/router.ts';
import { hasCode } from '../../errors.ts';
import type { ConcurrencyQuotas } from '../../jobs/submit/concurrency-quota.ts';
import type { Submitted } from '../../jobs/submit/submitter.ts';
import type { FieldError } from '../../jobs/validation/invalid-request.ts';
import { invalidRequest } from '../../jobs/validation/invalid-request.ts';
import { success, tags } from './envelope.ts';
import { fails } from './errors.ts';
import { inDocument, jobDocument, requestOf } from './job-document.ts';
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
  { submissions, operations }: Pick<ApiDependencies, 'submissions' | 'operations'>,
  queueQuotas: ConcurrencyQuotas,
): OpenAPIHono<ApiEnv> {
  const app = createRouter();

  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/api/v1/jobs',
    tags,
    summary: 'Submit a job',
    description: 'The same job sent again is the same job; another under its id is refused with 409.',
    request: { body: { required: true, content: { 'application/json': { schema: jobDocument } } } },
    responses: {
      201: json(success(receipt), 'Accepted, and durable from now on'),
      ...fails(400, 409, 413, 415, 429, 503),
    },
  });
  app.post('/api/v1/jobs', async (c) => {
    const request = requestOf(await readJsonBody(c, NO_JSON), operations);
    const { job } = await submissions
      .submit({ tenant: c.var.tenant, dialect: NAME, quotas: [queueQuotas] }, request)
      .catch((error: unknown): Submitted => {
        throw inTheirWords(error, request.operation);
      });
    c.header('location', `/api/v1/jobs/${encodeURIComponent(job.id)}`);
    const message = `Job ${job.id} submitted successfully`;
    return c.json({ success: true, data: { job_id: job.id, status: 'submitted', message } }, 201);
  });

  return app;
}

function inTheirWords(error: unknown, operation: string): unknown {
  if (!hasCode(error, 'invalid_request')) return error;
  const errors = (error.details?.['errors'] ?? []) as readonly FieldError[];
  return invalidRequest(errors.map((one) => inDocument(operation, one)));
}
