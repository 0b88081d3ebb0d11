/** Capabilities of the workers, and health of the server. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { isPermitted, requires } from '../../api/auth/route-actions.ts';
import type { ApiDependencies, ApiEnv } from '../../api/context.ts';
import { json } from '../../api/openapi/responses.ts';
import { createRouter } from '../../api/openapi/router.ts';
import type { LiveWorker } from '../../jobs/ports/job-runtime.ts';
import type { OperationInfo } from '../../jobs/ports/operation-catalogue.ts';
import { success, tags } from './envelope.ts';
import { fails } from './errors.ts';
import { listOperations } from './job-document.ts';

const GIB = 2 ** 30;

/** Stands for all operations on disk images: they need the same engine. */
const ON_IMAGES = 'guestkit.inspect';

/** Features of the contract that the engine has. It reads LVM itself, without Rust and without attaching devices. */
const IMAGE_FEATURES = ['lvm'];

const capabilities = z
  .object({
    worker_id: z
      .string()
      .nullable()
      .describe('One of the live workers; null: none is live, or the role may not see it'),
    operations: z.array(z.string()).describe('Operations that live workers offer'),
    features: z.array(z.string()).describe('Empty while no live worker can read images'),
    disk_formats: z.array(z.string()).describe('Empty while no live worker can read images'),
    max_concurrent_jobs: z.int().describe('Concurrent jobs of one operation on all live workers'),
    max_disk_size_gb: z.number().describe('Largest image, in units of 2^30 bytes'),
  })
  .meta({ id: 'GuestkitCapabilities' });

const health = z
  .object({ status: z.literal('healthy'), timestamp: z.iso.datetime() })
  .meta({ id: 'GuestkitHealth' });

type Parts = Pick<ApiDependencies, 'runtime' | 'operations' | 'limits' | 'cpuSlots'>;

export function workerRoutes(parts: Parts): OpenAPIHono<ApiEnv> {
  const app = createRouter();

  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/capabilities',
      ...requires('server.read'),
      tags,
      summary: 'Capabilities of the live workers',
      responses: { 200: json(success(capabilities), 'The capabilities'), ...fails(503) },
    }),
    async (c) => {
      const { worker_id, ...rest } = describeCapabilities(parts, await parts.runtime.liveWorkers());
      const data = { worker_id: isPermitted(c, 'workers.read') ? worker_id : null, ...rest };
      return c.json({ success: true as const, data }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/health',
      tags,
      summary: 'Health of the server',
      responses: { 200: json(success(health), 'The server accepts jobs'), ...fails(503) },
    }),
    async (c) => {
      // Throws while Temporal is down.
      await parts.runtime.liveWorkers();
      const data = { status: 'healthy' as const, timestamp: new Date().toISOString() };
      return c.json({ success: true as const, data }, 200);
    },
  );

  return app;
}

function describeCapabilities(
  { operations, limits, cpuSlots }: Omit<Parts, 'runtime'>,
  workers: readonly LiveWorker[],
): z.infer<typeof capabilities> {
  const slots = countSlots(workers);
  const able = listOperations(operations).flatMap((name) => operations.find(name)?.info ?? []);
  const live = able.filter((info) => info.capabilities.every((capability) => slots.has(capability)));
  const onImages = live.find(({ name }) => name === ON_IMAGES);
  const atOnce = live.flatMap((info) =>
    info.capabilities.flatMap((capability) => slots.get(capability) || []),
  );
  return {
    worker_id: workers[0]?.name ?? null,
    operations: live.map(({ name }) => name),
    features: onImages ? IMAGE_FEATURES : [],
    disk_formats: onImages ? readFormats(onImages) : [],
    max_concurrent_jobs: atOnce.length > 0 ? Math.min(...atOnce) : cpuSlots,
    max_disk_size_gb: Math.floor((limits.asset / GIB) * 100) / 100,
  };
}

/** Capability → concurrent activities on all live workers; 0: unknown. */
function countSlots(workers: readonly LiveWorker[]): ReadonlyMap<string, number> {
  const slots = new Map<string, number>();
  for (const worker of workers)
    slots.set(worker.capability, (slots.get(worker.capability) ?? 0) + (worker.slots ?? 0));
  return slots;
}

const choices = z.object({ properties: z.object({ format: z.object({ enum: z.array(z.string()) }) }) });

/** Returns the choices of the parameter `format`. */
const readFormats = ({ params }: OperationInfo): string[] =>
  choices.safeParse(params).data?.properties.format.enum ?? [];
