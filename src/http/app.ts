/** The HTTP application: guards, the dialects, health, metrics and docs, and one place where errors become answers. */
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { DarkroomError } from '../errors.ts';
import type { OperationCatalogue } from '../jobs/catalogue.ts';
import type { JobEngine } from '../jobs/engine.ts';
import type { Estimator } from '../jobs/estimator.ts';
import type { Reception } from '../jobs/reception.ts';
import type { JobService } from '../jobs/service.ts';
import type { Watcher } from '../jobs/watcher.ts';
import type { Log } from '../log.ts';
import { createNative } from './dialects/native.ts';
import { serveDocs } from './docs.ts';
import { serveHealth } from './health.ts';
import { guardHost } from './host.ts';
import { isForm } from './media-type.ts';
import { createMetrics } from './metrics.ts';
import type { Env } from './native/shared.ts';
import { problemResponse, publicError } from './problem.ts';

export interface AppParts {
  readonly service: JobService;
  readonly reception: Reception;
  readonly watcher: Watcher;
  readonly estimator: Estimator;
  readonly operations: OperationCatalogue;
  readonly engine: Pick<JobEngine, 'liveCapabilities'>;
  readonly checkStore: () => Promise<void>;
  readonly log: Log;
  /** Bytes: of a file, of a request with files, of one without. */
  readonly limits: { readonly asset: number; readonly upload: number; readonly json: number };
  /** True: anyone who reaches this server may use it, so only names of this machine may lead to it. */
  readonly loopbackOnly: boolean;
}

export function createApp(parts: AppParts): OpenAPIHono<Env> {
  const { engine, log, limits } = parts;
  const app = new OpenAPIHono<Env>();
  const metrics = createMetrics();

  app.use(metrics.measure);
  if (parts.loopbackOnly) app.use(guardHost);
  app.use(async (c, next) => {
    c.set('tenant', 'public');
    await next();
  });
  const limitBody = bodyLimit({
    maxSize: limits.json,
    onError: () => {
      throw new DarkroomError('payload_too_large', `The body may have at most ${limits.json} bytes`);
    },
  });
  // Forms are streamed, and limited where they are read.
  app.use((c, next) => (isForm(c) ? next() : limitBody(c, next)));

  serveHealth(app, { engine, checkStore: parts.checkStore });
  app.get('/metrics', metrics.expose);
  app.route('/', createNative({ ...parts, onSubmitted: metrics.submitted }));
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
