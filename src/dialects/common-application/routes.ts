/** The common application API: tasks whose assets come later, as URLs, in one or many calls. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { describeMediaType, readOptionalJsonBody } from '../../api/bodies/json-body.ts';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { jobUrl } from '../../api/job-links.ts';
import { file, json } from '../../api/openapi/responses.ts';
import { createRouter } from '../../api/openapi/router.ts';
import { DarkroomError } from '../../errors.ts';
import type { JobRef } from '../../jobs/model/run-input.ts';
import type { JobSnapshot } from '../../jobs/ports/job-runtime.ts';
import type { OperationCatalogue } from '../../jobs/ports/operation-catalogue.ts';
import type { JobRequest } from '../../jobs/submit/submitter.ts';
import { invalidFields } from '../../jobs/validation/invalid-request.ts';
import { TtlCache } from '../../lib/ttl-cache.ts';
import { checkDefaultTask, defaultParams } from './default-params.ts';
import { streamOf } from './download.ts';
import { envelope, fails, succeeded } from './envelope.ts';
import { createTaskMetrics } from './metrics.ts';
import { FRONT_PAGE, failureOf, NAME, statusOf, task, taskOf, typeOf } from './model.ts';
import { assetBatch, newTask, taskId } from './requests.ts';
import type { TaskSettings } from './settings.ts';

export { fail } from './envelope.ts';

const tags = [NAME];

/** One file takes Range and If-None-Match, a ZIP only the latter. */
const streamed = file('The result', 'application/octet-stream');

const idQuery = z.object({ id: taskId });

export function createRoutes(parts: ApiDependencies, config: TaskSettings): OpenAPIHono<ApiEnv> {
  checkDefaultTask(config, parts.operations);
  const { jobs, submissions, runtime, operations, publicUrl } = parts;
  const assets = assetBatch(config.DARKROOM_TASK_ASSETS_PER_BATCH);
  const app = createRouter();

  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/api/v1/task',
    tags,
    summary: 'Create a task',
    description: 'The body may be left out. With an Idempotency-Key, the same request makes one task.',
    request: { body: { required: false, content: { 'application/json': { schema: newTask } } } },
    responses: {
      200: json(
        envelope(
          z.object({
            task_id: taskId,
            attributes: z.array(z.string()).openapi({ description: 'What each asset must have' }),
            assets_per_batch: z.int().openapi({ description: 'Most assets in one call' }),
          }),
        ),
        'The task, and what its assets must be like',
      ),
      ...fails(400, 413, 415, 422, 429, 503),
    },
  });
  app.post('/api/v1/task', async (c) => {
    const request = requestOf(parse(newTask, (await jsonOf(c)) ?? {}), operations, config);
    const { job } = await submissions.submit(
      { tenant: c.var.tenant, dialect: NAME, idempotencyKey: keyOf(c) },
      request,
    );
    const attributes = operations.find(job.operation)?.info.attributes.map(({ name }) => name) ?? [];
    return c.json(
      succeeded({ task_id: job.id, attributes, assets_per_batch: config.DARKROOM_TASK_ASSETS_PER_BATCH }),
    );
  });

  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/api/v1/assets',
    tags,
    summary: 'Give a task assets: all of these or, with an error, none',
    description: 'With an Idempotency-Key, a call that is sent twice counts once.',
    request: { body: { required: true, content: { 'application/json': { schema: assets } } } },
    responses: {
      200: json(envelope(z.null()), 'The task has them'),
      ...fails(400, 404, 409, 413, 415, 422, 503),
    },
  });
  app.post('/api/v1/assets', async (c) => {
    const { task_id, data, final } = parse(assets, await jsonOf(c));
    const ref = refOf(c, task_id);
    const request = {
      assets: data.map(({ file_name, attributes, download_url }) => ({
        name: file_name,
        attributes: attributes ?? {},
        source: { url: download_url },
      })),
      final: final ?? false,
      idempotencyKey: keyOf(c),
    };
    await submissions.addAssets(ref, request, { dialect: NAME });
    return c.json(succeeded(null));
  });

  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/task',
      tags,
      summary: 'Status of a task',
      request: { query: idQuery },
      responses: {
        200: json(envelope(task), 'The task; of one that failed `success` is false, and `message` says why'),
        ...fails(404, 422, 503),
      },
    }),
    async (c) => {
      const ref = refOf(c, c.req.valid('query').id);
      const snapshot = await jobs.open(ref, { dialect: NAME });
      const why = failureOf(snapshot.job);
      const result = snapshot.job.result && {
        url: `${publicUrl}/api/v1/result?id=${ref.id}`,
        type: typeOf(await snapshot.result()),
      };
      return c.json({ success: why === null, message: why, data: taskOf(snapshot, result) }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/api/v1/task',
      tags,
      summary: 'Delete a task: it is stopped if it runs, and assets, results and record are erased',
      request: { query: idQuery },
      responses: { 200: json(envelope(z.null()), 'Gone'), ...fails(404, 422, 503) },
    }),
    async (c) => {
      await jobs.delete(refOf(c, c.req.valid('query').id), { dialect: NAME });
      return c.json(succeeded(null), 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/result',
      tags,
      summary: 'The result of a task, by its type',
      request: { query: idQuery },
      responses: {
        ...streamed,
        200: {
          description:
            'STREAM: the file, or a ZIP of several. JSON: the result. WEBSITE: `data` is its address',
          content: {
            ...streamed[200].content,
            'application/json': { schema: z.unknown().openapi({ example: { any: 'JSON' } }) },
          },
        },
        ...fails(404, 416, 422, 503),
      },
    }),
    async (c) => {
      const ref = refOf(c, c.req.valid('query').id);
      const snapshot = await jobs.open(ref, { dialect: NAME });
      if (!snapshot.job.result) throw notThere(snapshot);
      const result = await snapshot.result();
      const type = typeOf(result);
      if (type === 'JSON') return c.json(result.manifest.data as never) as never;
      if (type === 'STREAM') return (await streamOf(c, snapshot.job, result)) as never;
      const files = `${jobUrl(ref.id, publicUrl)}/files`;
      return c.json(succeeded(`${files}/${FRONT_PAGE}`)) as never;
    },
  );

  const counts = new TtlCache<number>(1000, 1);
  const metrics = createTaskMetrics(() => counts.get('', () => runtime.countOpen({ dialect: NAME })));
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/status',
      tags,
      summary: 'Metrics for Prometheus',
      responses: {
        200: {
          description: 'The number of tasks that have not ended',
          content: { 'text/plain': { schema: z.string().openapi({ example: 'pending_tasks_total 3\n' }) } },
        },
        ...fails(503),
      },
    }),
    async (c) => (await metrics.expose(c)) as never,
  );

  return app;
}

/** What the client left out is as the server is set up. */
function requestOf(
  { operation, params, assets_total }: z.infer<typeof newTask>,
  operations: OperationCatalogue,
  config: TaskSettings,
): JobRequest {
  const name = operation ?? config.DARKROOM_TASK_OPERATION;
  const takesAssets = operations.find(name)?.info.inputs.max !== 0;
  const total = assets_total ?? null;
  const awaited = total === null ? { quiet_seconds: config.DARKROOM_TASK_QUIET_SECONDS } : { total };
  return {
    operation: name,
    params: operation ? (params ?? {}) : { ...defaultParams(config), ...params },
    ...(total === 0 || (total === null && !takesAssets) ? {} : { await_assets: awaited }),
  };
}

const parse = <Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> => {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw invalidFields(parsed.error.issues);
};

const jsonOf = (c: Context): Promise<unknown> =>
  readOptionalJsonBody(c, `This takes application/json, and got ${describeMediaType(c)}`);

const keyOf = (c: Context): string | undefined => c.req.header('idempotency-key') || undefined;

/** Any spelling of a UUID by RFC 9562, whatever its version. Throws job_not_found: no task has another id. */
function refOf(c: Context<ApiEnv>, id: string): JobRef {
  const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
  if (isUuid) return { tenant: c.var.tenant, id: id.toLowerCase() };
  throw new DarkroomError('job_not_found', `There is no task "${id}"; ids of tasks are UUIDs`);
}

function notThere(snapshot: JobSnapshot): DarkroomError {
  const why = failureOf(snapshot.job);
  const message = `The task is ${statusOf(snapshot)}; its result is here once it is COMPLETED`;
  return new DarkroomError('result_not_ready', why ?? message);
}
