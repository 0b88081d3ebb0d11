/** POST /api/reconstruct. */
import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { requires } from '../../api/auth/route-actions.ts';
import { describeMediaType, readJsonBody } from '../../api/bodies/json-body.ts';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { chosenJobId } from '../../api/job-ref.ts';
import { json } from '../../api/openapi/responses.ts';
import { createRouter } from '../../api/openapi/router.ts';
import { DarkroomError } from '../../errors.ts';
import { httpUrl } from '../../jobs/model/asset.ts';
import type { JobRequest, Submitter } from '../../jobs/submit/submitter.ts';
import { invalidFields, invalidRequest } from '../../jobs/validation/invalid-request.ts';
import { fails } from './errors.ts';
import { e2e3dJob, NAME, OPERATION, qualities, toE2e3dJob } from './model.ts';
import { tags } from './openapi.ts';

const submission = z
  .strictObject({
    image_set_path: z
      .string({ error: ({ input }) => (input === undefined ? 'is required' : 'must be a string') })
      .min(1, 'must not be empty')
      .max(4096)
      .describe('A directory of photographs, below an input directory of the server'),
    quality: z
      .enum(qualities, `must be one of ${qualities.join(', ')}`)
      .nullish()
      .describe('Default: medium'),
    job_id: chosenJobId.nullish(),
    use_gpu: z.boolean().nullish().describe('Default: false. A worker without a GPU uses the CPU'),
    notify_url: httpUrl.nullish().describe('Receives status and results when the job has ended'),
  })
  .meta({
    id: 'E2e3dReconstruction',
    example: {
      image_set_path: '/app/data/input/SampleImages',
      quality: 'medium',
      job_id: 'sample_job_123',
      use_gpu: true,
      notify_url: 'https://example.com/callback',
    },
  });

type Parts = Pick<ApiDependencies, 'submissions' | 'operations' | 'photographs'>;

export function submissionRoutes(parts: Parts): OpenAPIHono<ApiEnv> {
  const { submissions } = parts;
  const app = createRouter();

  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/api/reconstruct',
    ...requires('jobs.submit'),
    tags,
    summary: 'Submit a reconstruction',
    description:
      'The directory is checked before the response. The same request with the same job_id, or without one with the same ' +
      'Idempotency-Key, finds its job, even if the directory has changed. Another request with that job_id is rejected with 409.',
    request: { body: { required: true, content: { 'application/json': { schema: submission } } } },
    responses: {
      202: {
        ...json(e2e3dJob, 'The job is accepted and durable'),
        headers: z.object({ location: z.string().openapi({ description: 'Address of the job' }) }),
      },
      ...fails(400, 409, 413, 415, 422, 429, 503),
    },
  });
  app.post('/api/reconstruct', async (c) => {
    const body = await readJsonBody(
      c,
      `Send the request as application/json; this is ${describeMediaType(c)}`,
    );
    const parsed = submission.safeParse(body);
    if (!parsed.success) throw invalidFields(parsed.error.issues);
    const { image_set_path: directory, ...fields } = parsed.data;
    const request = toJobRequest(fields);
    const caller: Submitter = {
      tenant: c.var.tenant,
      dialect: NAME,
      idempotencyKey: c.req.header('idempotency-key') || undefined,
      assetsNamed: directory,
    };
    const known = await submissions.find(caller, request);
    const submit = async () => {
      const { assets, notes } = await listAssets(directory, caller.tenant, parts);
      return (await submissions.submit({ ...caller, notes }, { ...request, assets })).job;
    };
    const job = known ?? (await submit());
    return c.json(toE2e3dJob(job), 202, { location: `/api/job/${job.id}` });
  });

  return app;
}

/** Returns the request without its assets. */
function toJobRequest({
  quality,
  use_gpu,
  job_id,
  notify_url,
}: Omit<z.infer<typeof submission>, 'image_set_path'>): JobRequest {
  const params = { quality: quality ?? 'medium', use_gpu: use_gpu ?? false };
  return {
    operation: OPERATION,
    params,
    // The native API shows labels.
    labels: { quality: params.quality, use_gpu: String(params.use_gpu) },
    ...(job_id ? { id: job_id } : {}),
    ...(notify_url ? { callback: { url: notify_url } } : {}),
  };
}

/** @throws invalid_request if the directory cannot be used */
async function listAssets(
  directory: string,
  tenant: string,
  { operations, photographs }: Parts,
): Promise<{ assets: NonNullable<JobRequest['assets']>; notes: readonly string[] }> {
  const unusable = (detail: string) => invalidRequest([{ pointer: '/image_set_path', detail }]);
  const { paths, notes } = await photographs(directory, tenant).catch((error: unknown) => {
    throw error instanceof DarkroomError ? unusable(error.message) : error;
  });
  const { min = 0, max = 0 } = operations.find(OPERATION)?.info.inputs ?? {};
  if (paths.length >= min && paths.length <= max)
    return { assets: paths.map((path) => ({ source: { path } })), notes };
  throw unusable(
    `"${directory}" has ${paths.length} photographs (jpg, png, tiff, webp, avif, heic), and a reconstruction takes ${min} to ${max}${notes.map((note) => `. ${note}`).join('')}`,
  );
}
