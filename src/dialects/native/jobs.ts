/** Jobs of the native API: list, look at, control, run again, delete. */
import { createHash } from 'node:crypto';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { describeMediaType, readOptionalJsonBody } from '../../api/bodies/json-body.ts';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { matchesEtag } from '../../api/files/file-response.ts';
import { parseJobRef } from '../../api/job-ref.ts';
import { fails, json } from '../../api/openapi/responses.ts';
import { createRouter } from '../../api/openapi/router.ts';
import { pendingActivity } from '../../jobs/model/pending-activity.ts';
import { SHOWN_ASSETS } from '../../jobs/model/request-view.ts';
import { isTerminal, states } from '../../jobs/model/states.ts';
import type { ControlSignal } from '../../jobs/ports/job-runtime.ts';
import { invalidFields, invalidRequest, toPointer } from '../../jobs/validation/invalid-request.ts';
import { safeParseNulls } from '../../lib/parse-nulls.ts';
import { idParam, ignoredQuery, jobFormatter, jobResource } from './model.ts';

/** Seconds between two looks at a running job that do no harm. */
const RETRY_AFTER_SECONDS = '1';

const tags = ['Jobs'];

const listQuery = z.strictObject({
  ...ignoredQuery,
  state: z.enum(states).optional(),
  operation: z.string().optional(),
  dialect: z.string().optional(),
  since: z
    .union(
      [z.iso.datetime({ offset: true }), z.iso.date()],
      'must be a time such as 2026-11-21T09:30:00Z, or a date such as 2026-11-21',
    )
    .optional()
    .describe('Only jobs created at or after this time; of a date, its midnight in UTC'),
  cursor: z.string().optional().describe('`next_cursor` of the page before'),
  limit: z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(1).max(200))
    .default(50)
    .openapi({ type: 'integer', minimum: 1, maximum: 200, default: 50 }),
});

const time = z.iso.datetime();

const watched = jobResource
  .extend({
    pending: z
      .array(pendingActivity)
      .describe('What it does now, or waits for; empty once it has ended, and while it waits for assets'),
    estimated_completion: z
      .object({ at: time, earliest: time, latest: time })
      .nullable()
      .describe(
        'From how long like jobs took; eight of ten end between `earliest` and `latest`. Null when that is not known',
      ),
  })
  .meta({ id: 'WatchedJob' });

const controls: Record<ControlSignal, string> = {
  cancel: 'Cancel a job: running work stops within seconds',
  pause: 'Pause a job: the step it is in is finished, and no other begins',
  resume: 'Let a paused job go on',
};

const asked = z
  .object({
    operation: z.string(),
    params: z.record(z.string(), z.unknown()).describe('With defaults filled in'),
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
        .describe(`The first, ${SHOWN_ASSETS} at most`),
    }),
    callback: z.object({ url: z.string(), events: z.array(z.string()) }).nullable(),
    keep_days: z.number().nullable().describe('Null: for ever'),
  })
  .meta({ id: 'AskedJob' });

const cancellation = z
  .strictObject({ reason: z.string().min(1).max(1000).optional().describe('Told as the message of the end') })
  .meta({ id: 'Cancellation' });

const nothing = z.strictObject({});

/** Body of an action; most have none. Unknown fields are rejected. */
async function actionOf<Schema extends typeof cancellation | typeof nothing>(
  c: Context<ApiEnv>,
  schema: Schema,
  refusal = 'unknown field',
): Promise<z.output<Schema>> {
  const body = await readOptionalJsonBody(c, `This takes application/json, and got ${describeMediaType(c)}`);
  const parsed = safeParseNulls(schema, body ?? {});
  if (parsed.success) return parsed.data as z.output<Schema>;
  const [issue] = parsed.error.issues;
  if (issue?.code !== 'unrecognized_keys') throw invalidFields(parsed.error.issues);
  throw invalidRequest(issue.keys.map((key) => ({ pointer: toPointer([key]), detail: refusal })));
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
      path: '/v1/jobs',
      tags,
      summary:
        'List jobs: those that run, the newest first; then those that have ended, the latest end first',
      request: { query: listQuery },
      responses: {
        200: json(z.object({ jobs: z.array(jobResource), next_cursor: z.string().nullable() }), 'A page'),
        ...fails(422, 503),
      },
    }),
    async (c) => {
      const { _, limit, cursor, since, ...filter } = c.req.valid('query');
      const when = since === undefined ? undefined : new Date(since);
      const page = await jobs.list(c.var.tenant, { ...filter, since: when }, { limit, cursor });
      return c.json({ jobs: page.jobs.map(toJobResource), next_cursor: page.cursor }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/jobs/{id}',
      tags,
      summary: 'Look at a job',
      request: { params: idParam },
      responses: {
        200: json(watched, 'The job'),
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
      tags,
      summary: 'What a job was asked to do: without tokens, and what in addresses may be a secret',
      request: { params: idParam },
      responses: { 200: json(asked, 'The request'), ...fails(404, 409, 422, 503) },
    }),
    async (c) => {
      const job = await jobs.open(parseJobRef(c, c.req.valid('param').id));
      return c.json((await job.request()) as z.output<typeof asked>, 200);
    },
  );

  for (const [signal, summary] of Object.entries(controls) as [ControlSignal, string][]) {
    // Not by `app.openapi`, which reads the body: an empty one of type JSON would be malformed.
    app.openAPIRegistry.registerPath({
      method: 'post',
      path: `/v1/jobs/{id}/${signal}`,
      tags,
      summary,
      request: {
        params: idParam,
        ...(signal === 'cancel' && {
          body: { required: false, content: { 'application/json': { schema: cancellation } } },
        }),
      },
      responses: {
        202: json(jobResource, 'The job, a moment later; without a worker, as it was'),
        ...fails(400, 404, 409, 413, 415, 422, 503),
      },
    });
    app.post(`/v1/jobs/:id/${signal}`, async (c) => {
      const said = await actionOf(c, signal === 'cancel' ? cancellation : nothing);
      const reason = 'reason' in said ? said.reason : undefined;
      const job = await jobs.open(parseJobRef(c, c.req.param('id')));
      return c.json(toJobResource(await job.control(signal, reason)), 202);
    });
  }

  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/jobs/{id}/rerun',
      tags,
      summary: 'Run a job that has ended again, under the same id',
      description:
        'Assets that are here are not fetched again. The old result stays until the new one is complete.',
      request: {
        params: idParam,
        query: z.strictObject({
          ...ignoredQuery,
          from: z.string().optional().describe('The first stage that is computed anew; default: all'),
          assets: z
            .literal('failed')
            .optional()
            .describe('Only assets that failed are fetched and processed again, and added to what there is'),
        }),
      },
      responses: {
        202: json(jobResource, 'The job, in its next run'),
        ...fails(400, 404, 409, 413, 415, 422, 429, 503),
      },
    }),
    async (c) => {
      await actionOf(c, nothing, 'takes no body; from and assets stand in the query');
      const { _, ...options } = c.req.valid('query');
      const job = await jobs.open(parseJobRef(c, c.req.valid('param').id));
      return c.json(toJobResource(await job.rerun(options)), 202);
    },
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/v1/jobs/{id}',
      tags,
      summary: 'Delete a job: it is cancelled if it runs, and inputs, results and record are erased',
      request: { params: idParam },
      responses: { 204: { description: 'Gone; its id stays taken' }, ...fails(404, 422, 503) },
    }),
    async (c) => {
      await jobs.delete(parseJobRef(c, c.req.valid('param').id));
      return c.body(null, 204);
    },
  );

  return app;
}
