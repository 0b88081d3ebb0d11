/** The operations of this server. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { requires } from '../../api/auth/route-actions.ts';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { fails, json } from '../../api/openapi/responses.ts';
import { createRouter } from '../../api/openapi/router.ts';
import { DarkroomError } from '../../errors.ts';
import { exampleOperation } from './examples.ts';

const operation = z
  .object({
    name: z.string(),
    title: z.string(),
    description: z.string(),
    available: z
      .boolean()
      .describe('Whether a live worker can run it now. Jobs are accepted in any case, and wait'),
    params: z.record(z.string(), z.unknown()).describe('JSON Schema of the parameters'),
    inputs: z.object({ min: z.int(), max: z.int(), media: z.array(z.string()) }),
    attributes: z
      .array(z.object({ name: z.string(), description: z.string() }))
      .describe('Attributes that each asset needs'),
    result: z.enum(['files', 'json']),
    outputs: z.array(z.string()).describe('Media types of its files'),
    stages: z.array(z.string()),
    capabilities: z.array(z.string()),
    requires: z
      .array(z.string())
      .describe('Engines that a worker needs; `install` is the command that installs them'),
    install: z.string(),
  })
  .meta({ id: 'Operation', example: exampleOperation });

const tags = ['Operations'];

export function operationRoutes({
  operations,
  runtime,
}: Pick<ApiDependencies, 'operations' | 'runtime'>): OpenAPIHono<ApiEnv> {
  const app = createRouter();
  const describe = async () => {
    const live = await runtime.liveCapabilities().catch(() => new Set<string>());
    return operations.list().map((info) => ({
      ...info,
      inputs: { ...info.inputs, media: [...info.inputs.media] },
      attributes: [...info.attributes],
      outputs: [...info.outputs],
      stages: [...info.stages],
      capabilities: [...info.capabilities],
      requires: [...info.requires],
      available: info.capabilities.every((capability) => live.has(capability)),
    }));
  };

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/operations',
      ...requires('server.read'),
      tags,
      operationId: 'listOperations',
      summary: 'List operations',
      description: 'Returns what this server can do, with JSON Schemas of the parameters.',
      responses: { 200: json(z.object({ operations: z.array(operation) }), 'The catalogue') },
    }),
    async (c) => c.json({ operations: await describe() }, 200),
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/operations/{name}',
      ...requires('server.read'),
      tags,
      operationId: 'getOperation',
      summary: 'Get an operation',
      description: 'Returns one operation with the JSON Schema of its parameters.',
      request: { params: z.object({ name: z.string().openapi({ example: 'image.transform' }) }) },
      responses: { 200: json(operation, 'The operation'), ...fails(404) },
    }),
    async (c) => {
      const { name } = c.req.valid('param');
      const found = (await describe()).find((operation) => operation.name === name);
      if (found) return c.json(found, 200);
      throw new DarkroomError('operation_not_found', `There is no operation "${name}"; see /v1/operations`);
    },
  );

  return app;
}
