/** The HTTP application: guards, the dialects, health, metrics and docs, and one place where errors become answers. */
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { DarkroomError } from '../errors.ts';
import type { OperationCatalogue } from '../jobs/catalogue.ts';
import type { JobEngine } from '../jobs/engine.ts';
import type { JobService } from '../jobs/service.ts';
import type { Log } from '../log.ts';
import { createNative } from './dialects/native.ts';
import { serveDocs } from './docs.ts';
import { serveHealth } from './health.ts';
import { guardHost } from './host.ts';
import { createMetrics } from './metrics.ts';
import { problemResponse, publicError } from './problem.ts';

export interface AppParts {
  readonly service: JobService;
  readonly operations: OperationCatalogue;
  readonly engine: Pick<JobEngine, 'liveCapabilities'>;
  readonly checkStore: () => Promise<void>;
  readonly log: Log;
  /** Bytes. */
  readonly maxBodyBytes: number;
  /** True: anyone who reaches this server may use it, so only names of this machine may lead to it. */
  readonly loopbackOnly: boolean;
}

type Env = { Variables: { tenant: string } };

export function createApp(parts: AppParts): OpenAPIHono<Env> {
  const { service, operations, engine, log } = parts;
  const app = new OpenAPIHono<Env>();
  const metrics = createMetrics();

  app.use(metrics.measure);
  if (parts.loopbackOnly) app.use(guardHost);
  app.use(async (c, next) => {
    c.set('tenant', 'public');
    await next();
  });
  app.use(
    bodyLimit({
      maxSize: parts.maxBodyBytes,
      onError: () => {
        throw new DarkroomError('payload_too_large', `The body may have at most ${parts.maxBodyBytes} bytes`);
      },
    }),
  );

  serveHealth(app, { engine, checkStore: parts.checkStore });
  app.get('/metrics', metrics.expose);
  app.route('/', createNative({ service, operations, engine, onSubmitted: metrics.submitted }));
  serveDocs(app);

  app.notFound((c) => problemResponse(c, nothingHere(app, c)));
  app.onError((error, c) => problemResponse(c, publicError(error, log)));
  return app;
}

/** 405 where another method would have been right (Hono itself knows only 404). */
function nothingHere(app: OpenAPIHono<Env>, c: Context): DarkroomError {
  const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((method) => {
    const [handlers] = app.router.match(method, c.req.path);
    return handlers.some(([[, route]]) => route.method === method);
  });
  if (methods.length === 0) {
    return new DarkroomError('route_not_found', `There is nothing at ${c.req.path}; see /docs`);
  }
  c.header('allow', methods.join(', '));
  return new DarkroomError(
    'method_not_allowed',
    `${c.req.path} takes ${methods.join(', ')}, not ${c.req.method}`,
  );
}
