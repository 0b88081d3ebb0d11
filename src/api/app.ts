/** The HTTP application: middleware, the APIs, health, metrics, docs and console, and one place that turns errors into responses. */
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { contextStorage } from 'hono/context-storage';
import { requestId } from 'hono/request-id';
import type { Authenticate } from '../auth/authenticate.ts';
import type { Action, Role } from '../auth/roles.ts';
import { DarkroomError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Network } from '../net/addresses.ts';
import { anonymous, authentication } from './auth/authentication.ts';
import { guardHost } from './auth/host-guard.ts';
import type { RecordAudit } from './auth/request-audit.ts';
import { collectActions, type RouteActions } from './auth/route-actions.ts';
import { addBasePath, getRoutePath, toBasePath } from './base-path.ts';
import { compressText, stateLength } from './bodies/compression.ts';
import { decodeBody } from './bodies/content-encoding.ts';
import { isForm } from './bodies/media-type.ts';
import { setClientAddress } from './client-address.ts';
import { serveConsole } from './console/console.ts';
import type { ApiDependencies, ApiEnv } from './context.ts';
import { allowOrigins } from './cors.ts';
import { findDialect, type MountedDialect } from './dialect.ts';
import { serveHealth } from './health/health.ts';
import { type ClientLimits, limitClients } from './limits/client-limits.ts';
import { rejectWrongMethods } from './method-not-allowed.ts';
import { serveDocs } from './openapi/docs.ts';
import { problemResponse, publicError } from './problems/problem.ts';
import type { TemporalUi } from './temporal-ui/port.ts';
import { serveTemporalUi, UI_PATH } from './temporal-ui/temporal-ui.ts';

export interface AppDependencies
  extends Pick<ApiDependencies, 'runtime' | 'checkStore' | 'limits' | 'publicUrl' | 'metrics' | 'sessions'> {
  readonly dialects: readonly MountedDialect[];
  readonly log: Log;
  /** True if anyone who reaches this server may use it: only requests for names of this machine are then served. */
  readonly loopbackOnly: boolean;
  /** Origins whose pages may use this server; see DARKROOM_CORS_ORIGINS. */
  readonly corsOrigins?: readonly string[];
  /** Networks of proxies whose headers name the client. */
  readonly trustedProxies?: readonly Network[];
  readonly clientLimits: ClientLimits;
  /** Traces requests. */
  readonly trace?: MiddlewareHandler | undefined;
  /** Null: requests need no login, all belong to one tenant, and have this role. */
  readonly authenticate: Authenticate | null;
  readonly anonymousRole: Role;
  readonly recordAudit: RecordAudit;
  /** Temporal's Web UI, if this server serves it. */
  readonly temporalUi?: TemporalUi | undefined;
  /** Address of the workflows in Temporal's Web UI; links append the id. */
  readonly temporalWorkflows?: string | undefined;
}

/** Public paths besides those of the dialects. The console's pages hold no data. */
const ownPublicPaths = ['/', '/console/*', '/healthz', '/readyz'];

/** Routes of the application itself. */
const ownActions: Readonly<Record<string, Action>> = {
  '/metrics': 'metrics.read',
  '/openapi.json': 'docs.read',
  '/openapi/*': 'docs.read',
  '/.well-known/api-catalog': 'docs.read',
  '/docs': 'docs.read',
  '/docs/*': 'docs.read',
  [UI_PATH]: 'temporal.open',
  [`${UI_PATH}/*`]: 'temporal.open',
};

export function createApp(dependencies: AppDependencies): OpenAPIHono<ApiEnv> {
  const { dialects, metrics, runtime, log, limits, authenticate, corsOrigins = [] } = dependencies;
  const basePath = toBasePath(dependencies.publicUrl);
  const app = new OpenAPIHono<ApiEnv>({ getPath: (request) => getRoutePath(request, basePath) });
  const publicPaths = [...ownPublicPaths, basePath, ...dialects.flatMap((dialect) => dialect.publicPaths)];
  const fail = (c: Context<ApiEnv>, error: DarkroomError): Response => {
    const dialect = findDialect(dialects, c.req.path);
    return dialect ? dialect.fail(c, error) : problemResponse(c, error);
  };

  if (dependencies.trace) app.use(dependencies.trace);
  app.use(requestId(), metrics.measure, setClientAddress(dependencies.trustedProxies ?? []));
  if (corsOrigins.length > 0) app.use(allowOrigins(corsOrigins));
  const clientLimits = limitClients(
    dependencies.clientLimits,
    dialects.flatMap(({ submissionPaths }) => submissionPaths),
    limits.json,
  );
  app.use(contextStorage(), clientLimits.first);
  app.use(addBasePath(basePath), compressText, stateLength);
  app.use(rejectWrongMethods(app, fail));
  if (dependencies.loopbackOnly) app.use(guardHost(dependencies.publicUrl, corsOrigins));
  let routeActions: RouteActions = new Map();
  const actions = () => routeActions;
  const { publicUrl, anonymousRole, sessions, recordAudit: record } = dependencies;
  app.use(
    authenticate
      ? authentication({ authenticate, sessions, publicPaths, publicUrl, log, record, actions })
      : anonymous(anonymousRole, actions),
    clientLimits.authenticated,
  );
  const tooLarge = () =>
    new DarkroomError(
      'payload_too_large',
      `The body may have at most ${limits.json} bytes (DARKROOM_MAX_BODY_BYTES)`,
    );
  const limitBody = bodyLimit({
    maxSize: limits.json,
    onError: () => {
      throw tooLarge();
    },
  });
  // Forms are streamed; their reader limits them.
  app.use((c, next) => (isForm(c.req.header('content-type')) ? next() : limitBody(c, next)));
  app.use(decodeBody(limits.json, tooLarge));

  serveHealth(app, { runtime, checkStore: dependencies.checkStore, log });
  app.get('/metrics', metrics.expose);
  for (const { routes } of dialects) app.route('/', routes);
  serveDocs(app, dialects, { basePath, publicPaths: authenticate ? publicPaths : null });
  serveConsole(app, dependencies.temporalWorkflows ?? null);
  if (dependencies.temporalUi) serveTemporalUi(app, dependencies.temporalUi, { basePath, publicUrl });
  // The console links its parts relative to the base path with a slash.
  if (basePath !== '') app.get(basePath, (c) => c.redirect('/', 308));
  const described = dialects.map(({ routes }) => routes);
  routeActions = collectActions(app, described, ownActions, publicPaths);

  app.notFound((c) =>
    fail(c, new DarkroomError('route_not_found', `There is nothing at ${c.req.path}; see /docs`)),
  );
  app.onError((error, c) => {
    const failure = publicError(toUploadInterrupted(c, error) ?? error, log);
    if (failure.status === 429) metrics.limited(failure);
    return fail(c, failure);
  });
  return app;
}

/** Returns the error for a client that disconnected while it sent the body, for log and metrics; null for other errors. */
function toUploadInterrupted({ env: { incoming } }: Context<ApiEnv>, error: Error): DarkroomError | null {
  if (error !== incoming.errored) return null;
  return new DarkroomError('upload_interrupted', 'The connection broke before the body had arrived');
}
