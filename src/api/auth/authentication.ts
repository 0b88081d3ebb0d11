/** Authentication middleware: sets the caller, whose role must permit the route. Public paths are readable without login, never writable. */
import type { Context, MiddlewareHandler } from 'hono';
import type { Authenticate } from '../../auth/authenticate.ts';
import type { Principal } from '../../auth/authenticator.ts';
import type { Role } from '../../auth/roles.ts';
import { PUBLIC } from '../../auth/tenant.ts';
import { DarkroomError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { ApiEnv } from '../context.ts';
import { addChallenge } from './challenge.ts';
import { readCredential } from './credential.ts';
import { createLoginWatch, noLoginWatch } from './login-watch.ts';
import { matchesPath, READ_METHODS } from './public-paths.ts';
import { createRejectionLog } from './rejection-log.ts';
import { type RecordAudit, RequestAudit } from './request-audit.ts';
import { findAction, type RouteActions, requirePermission } from './route-actions.ts';
import type { Sessions } from './sessions.ts';

export interface AuthenticationOptions {
  readonly authenticate: Authenticate;
  readonly sessions: Sessions | null;
  readonly publicPaths: readonly string[];
  /** Origin of this server as clients know it. */
  readonly publicUrl: string;
  readonly log: Log;
  readonly record: RecordAudit;
  /** Known once all routes are registered. */
  readonly actions: () => RouteActions;
}

/** Middleware for a server without login: all callers have the same role. */
export const anonymous =
  (role: Role, actions: () => RouteActions): MiddlewareHandler<ApiEnv> =>
  async (c, next) => {
    setPrincipal(c, { tenant: PUBLIC, subject: 'anonymous', role });
    c.set('watchLogin', noLoginWatch);
    const action = findAction(c, actions());
    if (action !== null) requirePermission(c, action);
    await next();
  };

export function authentication({
  authenticate,
  sessions,
  publicPaths,
  publicUrl,
  log,
  record,
  actions,
}: AuthenticationOptions): MiddlewareHandler<ApiEnv> {
  const logRejection = createRejectionLog(log);
  const audit = new RequestAudit(record);
  return async (c, next) => {
    const isRead = READ_METHODS.includes(c.req.method);
    if (isRead && matchesPath(publicPaths, c.req.path)) return next();
    const action = findAction(c, actions());
    let principal: Principal | null = null;
    try {
      const credential = readCredential(c, sessions);
      const verify = () => authenticate(credential?.text ?? null, c.var.addressSubject);
      principal = await verify();
      setPrincipal(c, principal);
      c.set('watchLogin', createLoginWatch(verify));
      if (action !== null) requirePermission(c, action);
      if (!isRead && credential?.isAmbient) rejectOtherSites(c, publicUrl);
    } catch (error) {
      logRejection(c, error, principal);
      audit.recordRejection(c, error, principal, action);
      addChallenge(c, error);
      throw error;
    }
    await next();
    audit.recordResponse(c, principal, action);
    if (isRead) return;
    const { tenant, subject } = principal;
    const location = c.res.headers.get('location') ?? undefined;
    const { method, path } = c.req;
    log.info(
      { tenant, subject, method, path, status: c.res.status, location, address: c.var.address },
      'Request',
    );
  };
}

function setPrincipal(c: Context<ApiEnv>, principal: Principal): void {
  c.set('principal', principal);
  c.set('tenant', principal.tenant);
}

/** Rejects changes that a page of another site makes with credentials that the browser sends by itself (CSRF). */
function rejectOtherSites(c: Context, publicUrl: string): void {
  if (isSameSite(c, publicUrl)) return;
  const page = c.req.header('origin') ?? 'elsewhere';
  throw new DarkroomError(
    'origin_forbidden',
    `Web pages of "${page}" may not use a login that the browser keeps for this server`,
  );
}

/** Whether no page of another site sent the request: by Fetch Metadata, or by Origin for browsers without it. */
export function isSameSite(c: Context, publicUrl: string): boolean {
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined) return ['same-origin', 'none'].includes(site);
  const origin = c.req.header('origin');
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  return origin === new URL(publicUrl).origin || new URL(origin).host === c.req.header('host');
}
