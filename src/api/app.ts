/** The HTTP application: guards, the dialects, health, metrics and docs, and one place where errors become answers. */
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Authenticate } from '../auth/authenticate.ts';
import { PUBLIC } from '../auth/tenant.ts';
import { createCommonApplication } from '../dialects/common-application/index.ts';
import type { CreateDialect } from '../dialects/dialect.ts';
import { createE2e3d } from '../dialects/e2e3d/index.ts';
import { createGuestkit } from '../dialects/guestkit/index.ts';
import { createImageWeb } from '../dialects/image-web/index.ts';
import { createNative } from '../dialects/native/index.ts';
import { createPrimaa } from '../dialects/primaa/index.ts';
import { DarkroomError } from '../errors.ts';
import type { Log } from '../log.ts';
import { authentication } from './auth/authentication.ts';
import { guardHost } from './auth/host-guard.ts';
import { serveConsole } from './console/console.ts';
import type { ApiParts, Env } from './context.ts';
import { serveDocs } from './docs.ts';
import { isForm } from './forms/media-type.ts';
import { serveHealth } from './health.ts';
import { createMetrics } from './metrics.ts';
import { problemResponse, publicError } from './problems/problem.ts';

export interface AppParts extends Omit<ApiParts, 'onSubmitted' | 'exposeMetrics'> {
  readonly log: Log;
  /** True: anyone who reaches this server may use it, so only names of this machine may lead to it. */
  readonly loopbackOnly: boolean;
  /** Null: nobody logs in, and all are of one tenant. */
  readonly authenticate: Authenticate | null;
  /** Address of Temporal's Web UI, where it is known. */
  readonly temporalUi?: string | undefined;
}

/** Beside those of the dialects. The console's pages hold no data. */
const open = ['/', '/console/*', '/healthz', '/readyz', '/openapi.json', '/docs', '/docs/*'];

/** Each owns its paths; what none of them owns is the native API's. */
const dialects: readonly CreateDialect[] = [
  createCommonApplication,
  createGuestkit,
  createE2e3d,
  createImageWeb,
  createPrimaa,
];

export function createApp(parts: AppParts): OpenAPIHono<Env> {
  const { runtime, log, limits, authenticate } = parts;
  const app = new OpenAPIHono<Env>();
  const metrics = createMetrics(runtime);

  const apiParts = { ...parts, onSubmitted: metrics.submitted, exposeMetrics: metrics.expose };
  const spoken = dialects.map((create) => create(apiParts));
  const openPaths = [...open, ...spoken.flatMap((dialect) => dialect.open ?? [])];

  app.use(metrics.measure);
  if (parts.loopbackOnly) app.use(guardHost);
  app.use(async (c, next) => {
    c.set('tenant', PUBLIC);
    await next();
  });
  if (authenticate)
    app.use(authentication({ authenticate, open: openPaths, publicUrl: parts.publicUrl, log }));
  const limitBody = bodyLimit({
    maxSize: limits.json,
    onError: () => {
      throw new DarkroomError(
        'payload_too_large',
        `The body may have at most ${limits.json} bytes (DARKROOM_MAX_BODY_BYTES)`,
      );
    },
  });
  // Forms are streamed, and limited where they are read.
  app.use((c, next) => (isForm(c) ? next() : limitBody(c, next)));

  serveHealth(app, { runtime, checkStore: parts.checkStore, log });
  app.get('/metrics', metrics.expose);
  app.route('/', createNative(apiParts));
  for (const { routes } of spoken) app.route('/', routes);
  serveDocs(app, authenticate ? openPaths : null);
  serveConsole(app, { temporalUi: parts.temporalUi ?? null });

  const fail = (c: Context<Env>, error: DarkroomError): Response => {
    const dialect = spoken.find(({ owns }) => owns(c.req.path));
    return dialect ? dialect.fail(c, error) : problemResponse(c, error);
  };
  app.notFound((c) => fail(c, nothingHere(app, c)));
  app.onError((error, c) => fail(c, publicError(brokenOff(c, error) ?? error, log)));
  return app;
}

/** What to say when the client went away while it was sending, which nobody hears but the log and the metrics; else null. */
function brokenOff({ env: { incoming } }: Context<Env>, error: Error): DarkroomError | null {
  if (error !== incoming.errored) return null;
  return new DarkroomError('upload_interrupted', 'The connection broke before the body had arrived');
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
  // HEAD is answered wherever GET is.
  const allowed = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  c.header('allow', allowed.join(', '));
  return new DarkroomError(
    'method_not_allowed',
    `${c.req.path} takes ${methods.join(', ')}, not ${c.req.method}`,
  );
}
