/** Tasks: create one, look at it, delete it. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { requires } from '../../api/auth/route-actions.ts';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { parseUuidRef } from '../../api/job-ref.ts';
import { json } from '../../api/openapi/responses.ts';
import { createRouter } from '../../api/openapi/router.ts';
import type { Job } from '../../jobs/model/job.ts';
import { ASSETS } from '../../jobs/model/pipeline-names.ts';
import type { OperationCatalogue } from '../../jobs/ports/operation-catalogue.ts';
import type { JobRequest } from '../../jobs/submit/submitter.ts';
import { readBody, readIdempotencyKey } from './body.ts';
import { defaultParams } from './default-params.ts';
import { envelope, fails, succeeded } from './envelope.ts';
import { findFailure, NAME, task, toResultType, toTask } from './model.ts';
import { idQuery, newTask, taskId } from './requests.ts';
import type { TaskSettings } from './settings.ts';

const tags = [NAME];

const createdTask = z.object({
  task_id: taskId,
  attributes: z.array(z.string()).openapi({ description: 'What each asset must have' }),
  assets_per_batch: z.int().openapi({ description: 'Most assets in one call' }),
});

export function taskRoutes(
  { jobs, submissions, operations, publicUrl }: ApiDependencies,
  config: TaskSettings,
): OpenAPIHono<ApiEnv> {
  const app = createRouter();

  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/api/v1/task',
    ...requires('jobs.submit'),
    tags,
    summary: 'Create a task',
    description: 'The body may be omitted. With an Idempotency-Key, the same request creates one task.',
    request: { body: { required: false, content: { 'application/json': { schema: newTask } } } },
    responses: {
      200: json(envelope(createdTask), 'The task, and what its assets must be like'),
      ...fails(400, 413, 415, 422, 429, 503),
    },
  });
  app.post('/api/v1/task', async (c) => {
    const submitter = {
      tenant: c.var.tenant,
      dialect: NAME,
      idempotencyKey: readIdempotencyKey(c),
      keepDays: config.DARKROOM_TASK_KEEP_DAYS,
    };
    const request = toJobRequest(await readBody(c, newTask), operations, config);
    const { job } = await submissions.submit(submitter, request);
    const attributes = listAttributes(job, operations);
    const assets_per_batch = config.DARKROOM_TASK_ASSETS_PER_BATCH;
    return c.json(succeeded({ task_id: job.id, attributes, assets_per_batch }));
  });

  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/task',
      ...requires('jobs.read'),
      tags,
      summary: 'Status of a task',
      request: { query: idQuery },
      responses: {
        200: json(envelope(task), 'The task; if it failed, `success` is false and `message` says why'),
        ...fails(404, 422, 503),
      },
    }),
    async (c) => {
      const opened = await jobs.open(parseUuidRef(c, c.req.valid('query').id), { dialect: NAME });
      const { job } = opened;
      const failure = findFailure(job);
      const result = job.result && {
        url: `${publicUrl}/api/v1/result?id=${job.id}`,
        type: toResultType(await opened.result()),
      };
      return c.json({ success: failure === null, message: failure, data: toTask(opened, result) }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/api/v1/task',
      ...requires('jobs.delete'),
      tags,
      summary: 'Delete a task: stops it, and erases its assets, results and record',
      request: { query: idQuery },
      responses: { 200: json(envelope(z.null()), 'Deleted'), ...fails(404, 422, 503) },
    }),
    async (c) => {
      await jobs.delete(parseUuidRef(c, c.req.valid('query').id), { dialect: NAME });
      return c.json(succeeded(null), 200);
    },
  );

  return app;
}

/** Returns the attributes that the operations of the assets need. */
function listAttributes({ steps }: Job, operations: OperationCatalogue): string[] {
  const used = steps
    .filter(({ use }) => use.includes(ASSETS))
    .map(({ operation }) => operations.find(operation));
  return [...new Set(used.flatMap((operation) => operation?.info.attributes.map(({ name }) => name) ?? []))];
}

/** Returns the request for a task. The settings decide what the client omits. */
function toJobRequest(
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
