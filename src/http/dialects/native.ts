/** The native API, under /v1. Every other dialect translates to what is here. */
import { createHash } from 'node:crypto';
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { DarkroomError } from '../../errors.ts';
import type { OperationCatalogue } from '../../jobs/catalogue.ts';
import { delivery } from '../../jobs/delivery.ts';
import type { ControlSignal, JobEngine } from '../../jobs/engine.ts';
import { fileEntry, type Job, job, jobId, jobSpec, manifest } from '../../jobs/job.ts';
import { linksOf } from '../../jobs/links.ts';
import type { JobService } from '../../jobs/service.ts';
import { isTerminal, states } from '../../jobs/states.ts';
import { invalidFields } from '../../jobs/validation.ts';
import { fileResponse, matches } from '../files.ts';
import { fails, json } from '../openapi.ts';

const DIALECT = 'native';

/** Seconds between two looks at a running job that do no harm. */
const RETRY_AFTER_SECONDS = '1';

const resource = job.extend({ links: z.record(z.string(), z.string()) }).meta({ id: 'Job' });
const operation = z
  .object({
    name: z.string(),
    title: z.string(),
    description: z.string(),
    available: z
      .boolean()
      .describe('Whether a live worker can do it now; jobs are accepted, and wait, all the same'),
    params: z.record(z.string(), z.unknown()).describe('JSON Schema of the parameters'),
    inputs: z.object({ min: z.int(), max: z.int(), media: z.array(z.string()) }),
    result: z.enum(['files', 'json']),
    stages: z.array(z.string()),
    capabilities: z.array(z.string()),
  })
  .meta({ id: 'Operation' });

const idParam = z.object({ id: jobId });
const listQuery = z.strictObject({
  state: z.enum(states).optional(),
  operation: z.string().optional(),
  dialect: z.string().optional(),
  since: z.iso.datetime({ offset: true }).optional().describe('Only jobs created at or after this time'),
  cursor: z.string().optional().describe('`next_cursor` of the page before'),
  limit: z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(1).max(200))
    .default(50)
    .openapi({ type: 'integer', minimum: 1, maximum: 200, default: 50 }),
});

export interface NativeParts {
  readonly service: JobService;
  readonly operations: OperationCatalogue;
  readonly engine: Pick<JobEngine, 'liveCapabilities'>;
  readonly onSubmitted: (job: Job) => void;
}

type Env = { Variables: { tenant: string } };

export function createNative({ service, operations, engine, onSubmitted }: NativeParts): OpenAPIHono<Env> {
  const app = new OpenAPIHono<Env>({
    defaultHook: (result) => {
      if (result.success) return;
      throw invalidFields(result.error.issues);
    },
  });
  const tags = ['Jobs'];
  const refOf = (c: Context<Env>, id: string) => ({ tenant: c.var.tenant, id });

  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/jobs',
      tags,
      summary: 'Submit a job',
      description:
        'The same id with the same request is the same job; the same id with another request is refused.',
      request: { body: { required: true, content: { 'application/json': { schema: jobSpec } } } },
      responses: {
        202: json(resource, 'Accepted, and durable from now on'),
        ...fails(400, 409, 413, 415, 422, 503),
      },
    }),
    async (c) => {
      const { job, created } = await service.submit(
        { tenant: c.var.tenant, dialect: DIALECT },
        c.req.valid('json'),
      );
      if (created) onSubmitted(job);
      c.header('location', linksOf(job)['self']);
      return c.json(withLinks(job), 202);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/jobs',
      tags,
      summary:
        'List jobs: those that run, the newest first; then those that have ended, the latest end first',
      request: { query: listQuery },
      responses: {
        200: json(z.object({ jobs: z.array(resource), next_cursor: z.string().nullable() }), 'A page'),
        ...fails(422, 503),
      },
    }),
    async (c) => {
      const { limit, cursor, since, ...filter } = c.req.valid('query');
      const when = since === undefined ? undefined : new Date(since);
      const page = await service.list(c.var.tenant, { ...filter, since: when }, { limit, cursor });
      return c.json({ jobs: page.jobs.map(withLinks), next_cursor: page.cursor }, 200);
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
        200: json(resource, 'The job'),
        304: { description: 'Unchanged' },
        ...fails(404, 422, 503),
      },
    }),
    async (c) => {
      const job = withLinks(await service.get(refOf(c, c.req.valid('param').id)));
      const etag = `W/"${createHash('sha256').update(JSON.stringify(job)).digest('base64url').slice(0, 27)}"`;
      c.header('etag', etag);
      c.header('cache-control', 'private, no-cache');
      if (!isTerminal(job.state)) c.header('retry-after', RETRY_AFTER_SECONDS);
      if (matches(c.req.header('if-none-match'), etag)) return c.body(null, 304);
      return c.json(job, 200);
    },
  );

  const controls: Record<ControlSignal, string> = {
    cancel: 'Cancel a job: running work stops within seconds',
    pause: 'Pause a job: the step it is in is finished, and no other begins',
    resume: 'Let a paused job go on',
  };
  for (const [signal, summary] of Object.entries(controls) as [ControlSignal, string][]) {
    app.openapi(
      createRoute({
        method: 'post',
        path: `/v1/jobs/{id}/${signal}`,
        tags,
        summary,
        request: { params: idParam },
        responses: {
          202: json(resource, 'The job, a moment later; without a worker, as it was'),
          ...fails(404, 409, 422, 503),
        },
      }),
      async (c) => c.json(withLinks(await service.control(refOf(c, c.req.valid('param').id), signal)), 202),
    );
  }

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
      await service.delete(refOf(c, c.req.valid('param').id));
      return c.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/jobs/{id}/result',
      tags: ['Results'],
      summary: 'The result: JSON, files, and how each asset fared',
      request: { params: idParam },
      responses: { 200: json(manifest, 'The result'), ...fails(404, 409, 422, 503) },
    }),
    async (c) => c.json(await service.result(refOf(c, c.req.valid('param').id)), 200),
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/jobs/{id}/files',
      tags: ['Results'],
      summary: 'List result files',
      request: { params: idParam },
      responses: {
        200: json(z.object({ files: z.array(fileEntry) }), 'The files'),
        ...fails(404, 409, 422, 503),
      },
    }),
    async (c) => {
      const { files } = await service.result(refOf(c, c.req.valid('param').id));
      return c.json({ files }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/jobs/{id}/files/{path}',
      tags: ['Results'],
      summary: 'Fetch a result file; takes Range and If-None-Match',
      request: { params: z.object({ id: jobId, path: z.string().openapi({ example: 'photo.webp' }) }) },
      responses: {
        200: {
          description: 'The file',
          content: { 'application/octet-stream': { schema: z.string().openapi({ format: 'binary' }) } },
        },
        206: { description: 'A part of it' },
        304: { description: 'Unchanged' },
        ...fails(404, 409, 416, 422, 503),
      },
      hide: false,
    }),
    // The path may have slashes, which a parameter of OpenAPI cannot say; the route below takes those.
    async (c) => {
      const { id, path } = c.req.valid('param');
      return (await fileResponse(c, await service.file(refOf(c, id), path))) as never;
    },
  );
  app.get('/v1/jobs/:id/files/:path{.+}', async (c) => {
    const { id, path } = c.req.param();
    if (!jobId.safeParse(id).success) throw new DarkroomError('job_not_found', `There is no job "${id}"`);
    return fileResponse(c, await service.file(refOf(c, id), path));
  });

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/jobs/{id}/deliveries',
      tags: ['Callbacks'],
      summary: 'Callbacks of a job, with each attempt and why it failed',
      request: { params: idParam },
      responses: {
        200: json(z.object({ deliveries: z.array(delivery) }), 'The deliveries'),
        ...fails(404, 422, 503),
      },
    }),
    async (c) => c.json({ deliveries: await service.deliveries(refOf(c, c.req.valid('param').id)) }, 200),
  );

  const describe = async () => {
    const live = await engine.liveCapabilities().catch(() => new Set<string>());
    return operations.list().map((info) => ({
      ...info,
      inputs: { ...info.inputs, media: [...info.inputs.media] },
      stages: [...info.stages],
      capabilities: [...info.capabilities],
      available: info.capabilities.every((capability) => live.has(capability)),
    }));
  };
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/operations',
      tags: ['Operations'],
      summary: 'What this server can do',
      responses: { 200: json(z.object({ operations: z.array(operation) }), 'The catalogue') },
    }),
    async (c) => c.json({ operations: await describe() }, 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/operations/{name}',
      tags: ['Operations'],
      summary: 'One operation, with the JSON Schema of its parameters',
      request: { params: z.object({ name: z.string() }) },
      responses: { 200: json(operation, 'The operation'), ...fails(404) },
    }),
    async (c) => {
      const { name } = c.req.valid('param');
      const found = (await describe()).find((operation) => operation.name === name);
      if (!found)
        throw new DarkroomError('operation_not_found', `There is no operation "${name}"; see /v1/operations`);
      return c.json(found, 200);
    },
  );

  return app;
}

const withLinks = (job: Job) => ({ ...job, links: linksOf(job) });
