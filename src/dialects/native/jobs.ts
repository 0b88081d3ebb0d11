/** A job of the native API: get, control, rerun, delete. */
import { createHash } from 'node:crypto';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { requires } from '../../api/auth/route-actions.ts';
import { readOptionalJsonBody } from '../../api/bodies/json-body.ts';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { matchesEtag } from '../../api/files/file-response.ts';
import { parseJobRef } from '../../api/job-ref.ts';
import { fails, json } from '../../api/openapi/responses.ts';
import { createRouter } from '../../api/openapi/router.ts';
import { pendingActivity } from '../../jobs/model/pending-activity.ts';
import { SHOWN_ASSETS } from '../../jobs/model/request-view.ts';
import { isTerminal } from '../../jobs/model/states.ts';
import type { ControlSignal } from '../../jobs/ports/job-runtime.ts';
import { invalidFields, invalidRequest, toPointer } from '../../jobs/validation/invalid-request.ts';
import { safeParseNulls } from '../../lib/parse-nulls.ts';
import { exampleRequest, exampleWatchedJob } from './examples.ts';
import { dryRun, idParam, ignoredQuery, jobFormatter, jobPlanSchema, jobResource } from './model.ts';

/** Seconds after which clients may poll a running job again. */
const RETRY_AFTER_SECONDS = '1';

const tags = ['Jobs'];

const time = z.iso.datetime();

const watchedJob = jobResource
  .extend({
    pending: z
      .array(pendingActivity)
      .describe('Activities that have not ended; empty after the end and while the job waits for assets'),
    estimated_completion: z
      .object({ at: time, earliest: time, latest: time })
      .nullable()
      .describe(
        'Estimated from similar jobs; eight of ten end between `earliest` and `latest`. Null: unknown',
      ),
  })
  .meta({ id: 'WatchedJob', example: exampleWatchedJob });

const controls = {
  cancel: {
    operationId: 'cancelJob',
    summary: 'Cancel a job',
    description: 'Running work stops within seconds.',
  },
  pause: {
    operationId: 'pauseJob',
    summary: 'Pause a job',
    description: 'Running activities finish; no others start.',
  },
  resume: { operationId: 'resumeJob', summary: 'Resume a job', description: 'A paused job continues.' },
} satisfies Record<ControlSignal, object>;

const requestView = z
  .object({
    operation: z.string(),
    params: z.record(z.string(), z.unknown()).describe('With defaults filled in'),
    template: z.string().optional().describe('The template that made the steps, as NAME@VERSION'),
    steps: z
      .record(
        z.string(),
        z.object({
          operation: z.string(),
          params: z.record(z.string(), z.unknown()),
          use: z.array(z.string()),
          on_error: z.string(),
        }),
      )
      .optional()
      .describe('Of a pipeline, with defaults filled in'),
    results: z.array(z.string()).optional().describe('Of a pipeline: steps whose files are the result'),
    assets: z.object({
      total: z.int(),
      shown: z
        .array(
          z.object({
            name: z.string().nullable(),
            source: z.union([
              z.object({ url: z.string() }),
              z.object({ path: z.string() }),
              z.object({ upload: z.object({ size: z.int(), sha256: z.string() }) }),
            ]),
            checksum: z.string().nullable(),
            attributes: z.record(z.string(), z.unknown()),
          }),
        )
        .describe(`The first ${SHOWN_ASSETS}`),
    }),
    callback: z.object({ url: z.string(), events: z.array(z.string()) }).nullable(),
    keep_days: z.number().nullable().describe('Null: forever'),
  })
  .meta({ id: 'JobRequest', example: exampleRequest });

const reason = z.string().min(1).max(1000).optional();

const cancellation = z
  .strictObject({
    reason: reason.describe('Part of the error message of the job; also in the audit log'),
  })
  .meta({ id: 'Cancellation', example: { reason: 'no longer needed' } });

const empty = z.strictObject({});

/** Reads the body of an action, which is optional. Rejects unknown fields. */
async function readAction<Schema extends typeof cancellation | typeof empty>(
  c: Context<ApiEnv>,
  schema: Schema,
  unknownField = 'unknown field',
): Promise<z.output<Schema>> {
  const parsed = safeParseNulls(schema, await readOptionalJsonBody(c));
  if (parsed.success) return parsed.data as z.output<Schema>;
  const [issue] = parsed.error.issues;
  if (issue?.code !== 'unrecognized_keys') throw invalidFields(parsed.error.issues);
  throw invalidRequest(issue.keys.map((key) => ({ pointer: toPointer([key]), detail: unknownField })));
}

export function jobRoutes({
  jobs,
  estimator,
  publicUrl,
}: Pick<ApiDependencies, 'jobs' | 'estimator' | 'publicUrl'>): OpenAPIHono<ApiEnv> {
  const app = createRouter();
  const toJobResource = jobFormatter(publicUrl);

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/jobs/{id}',
      ...requires('jobs.read'),
      tags,
      operationId: 'getJob',
      summary: 'Get a job',
      description: 'Returns the job with what it does now. `Retry-After` is set until it has ended.',
      request: { params: idParam },
      responses: {
        200: json(watchedJob, 'The job'),
        304: { description: 'Unchanged' },
        ...fails(404, 422, 503),
      },
    }),
    async (c) => {
      const snapshot = await jobs.open(parseJobRef(c, c.req.valid('param').id));
      const estimated_completion = await estimator.estimate(snapshot);
      const pending = isTerminal(snapshot.job.state) ? [] : [...snapshot.pending];
      const job = { ...toJobResource(snapshot.job), pending, estimated_completion };
      const etag = `W/"${createHash('sha256').update(JSON.stringify(job)).digest('base64url').slice(0, 27)}"`;
      c.header('etag', etag);
      c.header('cache-control', 'private, no-cache');
      if (!isTerminal(job.state)) c.header('retry-after', RETRY_AFTER_SECONDS);
      if (matchesEtag(c.req.header('if-none-match'), etag)) return c.body(null, 304);
      return c.json(job, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/jobs/{id}/request',
      ...requires('jobs.read'),
      tags,
      operationId: 'getJobRequest',
      summary: 'Get the request of a job',
      description: 'Returns what was submitted, without tokens and without the queries of URLs.',
      request: { params: idParam },
      responses: { 200: json(requestView, 'The request'), ...fails(404, 409, 422, 503) },
    }),
    async (c) => {
      const job = await jobs.open(parseJobRef(c, c.req.valid('param').id));
      return c.json((await job.request()) as z.output<typeof requestView>, 200);
    },
  );

  for (const signal of ['cancel', 'pause', 'resume'] as const) {
    // Not by `app.openapi`, which reads the body: an empty one of type JSON would be malformed.
    app.openAPIRegistry.registerPath({
      method: 'post',
      path: `/v1/jobs/{id}/${signal}`,
      ...requires('jobs.control'),
      tags,
      ...controls[signal],
      request: {
        params: idParam,
        ...(signal === 'cancel' && {
          body: { required: false, content: { 'application/json': { schema: cancellation } } },
        }),
      },
      responses: {
        202: json(jobResource, 'The job a moment later; unchanged if there is no worker'),
        ...fails(400, 404, 409, 413, 415, 422, 503),
      },
    });
    app.post(`/v1/jobs/:id/${signal}`, async (c) => {
      const body = await readAction(c, signal === 'cancel' ? cancellation : empty);
      const reason = 'reason' in body ? body.reason : undefined;
      c.set('reason', reason);
      const job = await jobs.open(parseJobRef(c, c.req.param('id')));
      return c.json(toJobResource(await job.control(signal, reason)), 202);
    });
  }

  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/jobs/{id}/rerun',
      ...requires('jobs.control'),
      tags,
      operationId: 'rerunJob',
      summary: 'Run an ended job again',
      description:
        'The id stays the same. Downloaded assets are reused. The previous result stays until the new one is complete.',
      request: {
        params: idParam,
        query: z.strictObject({
          ...ignoredQuery,
          from: z
            .string()
            .optional()
            .describe('The first stage that runs again, or in a pipeline the first step; default: all'),
          assets: z
            .literal('failed')
            .optional()
            .describe('Downloads and processes only the failed assets, and adds them to the result'),
          reason: reason.describe('Why the job runs again: in the job, its log and the audit log'),
          dry_run: dryRun,
        }),
      },
      responses: {
        200: json(jobPlanSchema, 'With `dry_run=true`: what the next run would compute'),
        202: json(jobResource, 'The job, in its next run'),
        ...fails(400, 404, 409, 413, 415, 422, 429, 503),
      },
    }),
    async (c) => {
      await readAction(c, empty, 'takes no body; from, assets and reason belong in the query');
      const { _, dry_run, ...options } = c.req.valid('query');
      const job = await jobs.open(parseJobRef(c, c.req.valid('param').id));
      c.set('reason', options.reason);
      if (dry_run === 'true') return c.json(await job.planRerun(options), 200);
      return c.json(toJobResource(await job.rerun(options)), 202);
    },
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/v1/jobs/{id}',
      ...requires('jobs.delete'),
      tags,
      operationId: 'deleteJob',
      summary: 'Delete a job',
      description: 'Cancels the job if it runs. Deletes its inputs, results and record. The id stays taken.',
      request: {
        params: idParam,
        query: z.strictObject({ ...ignoredQuery, reason: reason.describe('For the audit log') }),
      },
      responses: { 204: { description: 'Deleted' }, ...fails(404, 422, 503) },
    }),
    async (c) => {
      c.set('reason', c.req.valid('query').reason);
      await jobs.delete(parseJobRef(c, c.req.valid('param').id));
      return c.body(null, 204);
    },
  );

  return app;
}
