/** Submission of jobs, and of assets for waiting jobs, as JSON or with files. */

import { type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { isPermitted, requires } from '../../api/auth/route-actions.ts';
import { describeMediaType, parseJson, readJsonBody } from '../../api/bodies/json-body.ts';
import { isForm } from '../../api/bodies/media-type.ts';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { readForm } from '../../api/forms/multipart.ts';
import { jobUrl } from '../../api/job-links.ts';
import { parseJobRef } from '../../api/job-ref.ts';
import { binary, fails, json } from '../../api/openapi/responses.ts';
import { createRouter } from '../../api/openapi/router.ts';
import { onClientEnd } from '../../api/server/client-end.ts';
import { assetList } from '../../jobs/model/asset.ts';
import type { Job } from '../../jobs/model/job.ts';
import type { JobPlan } from '../../jobs/model/job-plan.ts';
import { jobSpec } from '../../jobs/model/job-spec.ts';
import { isTerminal } from '../../jobs/model/states.ts';
import type { AssetsRequest } from '../../jobs/submit/asset-submissions.ts';
import type { FormRequest, JobRequest, ReadForm, Submitter } from '../../jobs/submit/submitter.ts';
import type { Uploads } from '../../jobs/submit/uploads.ts';
import { invalidFields, invalidRequest, toPointer } from '../../jobs/validation/invalid-request.ts';
import { safeParseNulls } from '../../lib/parse-nulls.ts';
import { namesDirectories, namesOf, withPhotographs } from './directories.ts';
import { idParam, jobFormatter, jobPlanSchema, jobResource } from './model.ts';

const DIALECT = 'native';

/** Proxies cut connections that are silent for 60 seconds. */
const LONGEST_WAIT_SECONDS = 50;

/** Milliseconds that an uploading client may be silent. */
const IDLE_MS = 60_000;

const MAX_FILES = 10_000;

const UNKNOWN_PART = 'unknown part of the form; a file needs a file name';

const assetsRequest = z
  .strictObject({
    assets: assetList.default([]),
    final: z.boolean().optional().describe('No more assets will follow'),
  })
  .meta({
    id: 'MoreAssets',
    example: { assets: [{ source: { url: 'https://images.example.com/2.jpg' } }], final: true },
  });

const idempotencyKey = z.string().min(1).max(255);

const headers = z.object({
  'idempotency-key': idempotencyKey
    .optional()
    .openapi({ description: 'Repeated requests with the same key are one request' }),
  prefer: z
    .string()
    .optional()
    .openapi({ description: '`wait=20`: responds when the job has ended, or after 20 seconds; 50 at most' }),
});

/** Describes a body of JSON, or a form with files whose parts may have any name. */
const body = (schema: z.ZodType, part: string) => ({
  required: true,
  content: {
    'application/json': { schema },
    'multipart/form-data': {
      schema: z.object({ [part]: schema, file: z.array(binary).optional() }).catchall(binary),
    },
  },
});

export function submissionRoutes({
  submissions,
  watcher,
  photographs,
  limits,
  publicUrl,
}: Pick<
  ApiDependencies,
  'submissions' | 'watcher' | 'photographs' | 'limits' | 'publicUrl'
>): OpenAPIHono<ApiEnv> {
  const app = createRouter();
  const toJobResource = jobFormatter(publicUrl);

  const submitJson = async (submitter: Submitter, request: JobRequest): Promise<Job> => {
    if (!namesDirectories(request)) return (await submissions.submit(submitter, request)).job;
    const named = { ...submitter, assetsNamed: namesOf(request) };
    // A repeated request finds its job even when a directory has changed or no longer exists.
    const known = await submissions.find(named, { ...request, assets: [] });
    if (known) return known;
    const list = (directory: string) => photographs(directory, submitter.tenant);
    const { request: expanded, notes } = await withPhotographs(request, list);
    return (await submissions.submit({ ...named, notes }, expanded)).job;
  };

  /** Returns what a request would compute. A form would have stored its files already. */
  const plan = async (c: Context<ApiEnv>, submitter: Submitter): Promise<JobPlan> => {
    if (isForm(c.req.header('content-type'))) {
      const detail = 'takes application/json; name files by {"upload": NAME}, without sending them';
      throw invalidRequest([{ pointer: '/dry_run', detail }]);
    }
    const request: JobRequest = await readJson(c);
    if (!namesDirectories(request)) return submissions.plan(submitter, request);
    const list = (directory: string) => photographs(directory, submitter.tenant);
    const { request: expanded, notes } = await withPhotographs(request, list);
    const planned = await submissions.plan({ ...submitter, assetsNamed: namesOf(request) }, expanded);
    return { ...planned, notes: [...notes, ...planned.notes] };
  };

  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/v1/plans',
    ...requires('jobs.submit'),
    tags: ['Jobs'],
    operationId: 'planJob',
    summary: 'Plan a job',
    description:
      'Returns what a job would compute: its steps, and about how long they take and how large the result is. Stores and starts nothing, ' +
      'and fails as the submission would. `POST /v1/jobs?dry_run=true` does the same.',
    request: {
      headers: headers.omit({ prefer: true }),
      body: { required: true, content: { 'application/json': { schema: jobSpec } } },
    },
    responses: { 200: json(jobPlanSchema, 'The plan'), ...fails(400, 409, 413, 415, 422, 429, 503, 507) },
  });
  app.post('/v1/plans', async (c) => c.json(await plan(c, toSubmitter(c)), 200));

  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/v1/jobs',
    ...requires('jobs.submit'),
    tags: ['Jobs'],
    operationId: 'submitJob',
    summary: 'Submit a job',
    description:
      'Returns once the job is durable. The same id with the same request returns the same job; with another request it ' +
      'fails. In `multipart/form-data` the first part is `job`, and each file is an asset: an asset with ' +
      '`{"source": {"upload": NAME}}` uses the part of that name, other files follow in order. In JSON, a `path` with a ' +
      'slash at its end means all photographs in that directory.',
    request: { headers, body: body(jobSpec, 'job') },
    responses: {
      200: json(jobResource, 'The ended job (with `Prefer: wait`)'),
      202: json(jobResource, 'The accepted job'),
      ...fails(400, 408, 409, 413, 415, 422, 429, 503, 507),
    },
  });
  app.post('/v1/jobs', async (c) => {
    const submitter = toSubmitter(c);
    if (readDryRun(c)) return c.json(await plan(c, submitter), 200);
    const wait = readWait(c);
    const job = isForm(c.req.header('content-type'))
      ? (await submissions.submit(submitter, (open) => readParts<JobRequest>(c, 'job', open, limits))).job
      : await submitJson(submitter, await readJson(c));
    c.header('location', jobUrl(job.id));
    if (wait === null) return c.json(toJobResource(job), 202);
    c.header('preference-applied', `wait=${wait}`);
    // The wait ends early when the client closes its side of the connection, or its login ends. It then gets the job as it is.
    const left = new AbortController();
    const leave = () => left.abort();
    const watches = [onClientEnd(c, leave), c.var.watchLogin(leave)];
    // The job was accepted, so an error here does not matter.
    const latest = await watcher
      .ended(parseJobRef(c, job.id), wait * 1000, left.signal)
      .catch(() => null)
      .finally(() => {
        for (const forget of watches) forget();
      });
    const shown = latest?.job ?? job;
    return c.json(toJobResource(shown), isTerminal(shown.state) ? 200 : 202);
  });

  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/v1/jobs/{id}/assets',
    ...requires('jobs.submit'),
    tags: ['Jobs'],
    operationId: 'addAssets',
    summary: 'Add assets to a waiting job',
    description:
      'Adds all assets or, with an error, none. In `multipart/form-data` the first part is `assets`, which names files as a job does.',
    request: {
      params: idParam,
      headers: headers.omit({ prefer: true }),
      body: body(assetsRequest, 'assets'),
    },
    responses: {
      202: json(jobResource, 'The job with the assets'),
      ...fails(400, 404, 408, 409, 413, 415, 422, 503, 507),
    },
  });
  app.post('/v1/jobs/:id/assets', async (c) => {
    const id = c.req.param('id');
    const ref = parseJobRef(c, id);
    const parse = (body: unknown): AssetsRequest => {
      const parsed = safeParseNulls(assetsRequest, body);
      if (!parsed.success) throw invalidFields(parsed.error.issues);
      return { ...parsed.data, idempotencyKey: readIdempotencyKey(c) };
    };
    const readAssets: ReadForm<AssetsRequest> = async (open) => {
      const { request, uploads } = await readParts<unknown>(c, 'assets', () => open(), limits);
      return { request: parse(request), uploads };
    };
    const job = await submissions.addAssets(
      ref,
      isForm(c.req.header('content-type')) ? readAssets : parse(await readJson(c)),
    );
    return c.json(toJobResource(job), 202);
  });

  return app;
}

const toSubmitter = (c: Context<ApiEnv>): Submitter => ({
  tenant: c.var.tenant,
  dialect: DIALECT,
  idempotencyKey: readIdempotencyKey(c),
  mayPrecedeTenants: isPermitted(c, 'jobs.prioritize'),
});

/** The OpenAPI document has /v1/plans instead: one operation cannot return two types that generators of clients tell apart. */
function readDryRun(c: Context): boolean {
  const text = c.req.query('dry_run');
  if (text === undefined || text === 'true' || text === 'false') return text === 'true';
  throw invalidRequest([{ pointer: '/dry_run', detail: 'must be true or false' }]);
}

/** Returns the JSON body, which the domain validates; hence the type. */
const readJson = async (c: Context): Promise<never> =>
  (await readJsonBody(
    c,
    `This takes application/json or multipart/form-data, and got ${describeMediaType(c)}`,
  )) as never;

/** Reads a form whose part `name` holds the request in JSON and precedes the files. `open` validates the request. */
async function readParts<Request>(
  c: Context<ApiEnv>,
  name: string,
  open: (request: Request) => Promise<Uploads>,
  { asset, upload, json }: ApiDependencies['limits'],
): Promise<FormRequest<Request>> {
  let received: FormRequest<Request> | undefined;
  const missing = () =>
    invalidRequest([
      { pointer: toPointer([name]), detail: `must be the first part of the form, before any file` },
    ]);
  const limits = {
    fieldBytes: json,
    fileBytes: asset,
    totalBytes: upload,
    files: MAX_FILES,
    // One more than allowed, so that the error can name it.
    fields: 2,
    idleMs: IDLE_MS,
  };
  await readForm(c.env, limits, {
    fields: [name],
    onField: async (field, text) => {
      if (field !== name) throw invalidRequest([{ pointer: toPointer([field]), detail: UNKNOWN_PART }]);
      if (received) throw invalidRequest([{ pointer: toPointer([name]), detail: 'comes twice in the form' }]);
      const request = parseJson(text, `The part "${name}"`) as Request;
      received = { request, uploads: await open(request) };
    },
    onFile: async ({ field, fileName }, content, signal) => {
      if (!received) throw missing();
      await received.uploads.add({ part: field, name: fileName }, content, signal);
    },
  });
  if (!received) throw missing();
  return received;
}

function readIdempotencyKey(c: Context): string | undefined {
  const parsed = idempotencyKey.optional().safeParse(c.req.header('idempotency-key'));
  if (parsed.success) return parsed.data;
  throw invalidRequest([{ pointer: '/Idempotency-Key', detail: 'must have 1 to 255 characters' }]);
}

/** Returns the seconds that the client wants to wait for the end (RFC 7240); null if it did not say. */
function readWait(c: Context): number | null {
  const match = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?/i.exec(c.req.header('prefer') ?? '');
  return match ? Math.min(Number(match[1]), LONGEST_WAIT_SECONDS) : null;
}
