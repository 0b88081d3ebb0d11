/** Authentication middleware: sets the tenant. Public paths are readable without login, never writable. */
import type { Context, MiddlewareHandler } from 'hono';
import type { Authenticate } from '../../auth/authenticate.ts';
import type { Principal } from '../../auth/authenticator.ts';
import { DarkroomError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { ApiEnv } from '../context.ts';
import { addChallenge } from './challenge.ts';
import { readCredential } from './credential.ts';
import { isPublicPath, READ_METHODS } from './public-paths.ts';
import { createRejectionLog } from './rejection-log.ts';

export interface AuthenticationOptions {
  readonly authenticate: Authenticate;
  readonly publicPaths: readonly string[];
  /** Origin of this server as clients know it. */
  readonly publicUrl: string;
  readonly log: Log;
}

export function authentication({
  authenticate,
  publicPaths,
  publicUrl,
  log,
}: AuthenticationOptions): MiddlewareHandler<ApiEnv> {
  const logRejection = createRejectionLog(log);
  return async (c, next) => {
    const isRead = READ_METHODS.includes(c.req.method);
    if (isRead && isPublicPath(publicPaths, c.req.path)) return next();
    let principal: Principal | null = null;
    try {
      const credential = readCredential(c);
      principal = await authenticate(credential?.text ?? null);
      if (!isRead) authorizeChange(c, principal, credential?.isAmbient === true, publicUrl);
    } catch (error) {
      logRejection(c, error, principal);
      addChallenge(c, error);
      throw error;
    }
    c.set('tenant', principal.tenant);
    await next();
    if (isRead) return;
    // The audit trail: who changed what.
    const { tenant, subject } = principal;
    const location = c.res.headers.get('location') ?? undefined;
    log.info(
      { tenant, subject, method: c.req.method, path: c.req.path, status: c.res.status, location },
      'Request',
    );
  };
}

/**
 * Rejects changes by read-only credentials, and changes that a page of another site makes with credentials that the browser
 * sends by itself (CSRF).
 */
function authorizeChange(c: Context, { access }: Principal, isAmbient: boolean, publicUrl: string): void {
  if (access === 'read') throw new DarkroomError('forbidden', 'This key or token is read-only');
  if (!isAmbient || isSameSite(c, publicUrl)) return;
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
