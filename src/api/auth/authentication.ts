/** Lets in who says who it is, and hands on whose jobs it may see. What is open to everybody is so to be read, and no more. */
import type { Context, MiddlewareHandler } from 'hono';
import type { Authenticate } from '../../auth/authenticate.ts';
import type { Principal } from '../../auth/authenticator.ts';
import { DarkroomError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { ApiEnv } from '../context.ts';
import { credentialOf } from './credential.ts';
import { createRefusalLog } from './refusal-log.ts';

export interface AuthParts {
  readonly authenticate: Authenticate;
  /** Paths that everybody may read; one that ends with `/*` stands for all below. */
  readonly open: readonly string[];
  /** Origin of this server as clients know it. */
  readonly publicUrl: string;
  readonly log: Log;
}

/** Methods that change nothing. */
export const READS = ['GET', 'HEAD', 'OPTIONS'];

/** Whether everybody may read this path. */
export const isOpen = (open: readonly string[], path: string): boolean =>
  open.some((one) => (one.endsWith('/*') ? path.startsWith(one.slice(0, -1)) : path === one));

export function authentication({ authenticate, open, publicUrl, log }: AuthParts): MiddlewareHandler<ApiEnv> {
  const refused = createRefusalLog(log);
  return async (c, next) => {
    const reads = READS.includes(c.req.method);
    if (reads && isOpen(open, c.req.path)) return next();
    let caller: Principal | null = null;
    try {
      const credential = credentialOf(c);
      caller = await authenticate(credential?.text ?? null);
      if (!reads) permit(c, caller, credential?.isAmbient === true, publicUrl);
    } catch (error) {
      refused(c, error, caller);
      challenge(c, error);
      throw error;
    }
    c.set('tenant', caller.tenant);
    await next();
    // Who did what, for whoever has to find out later.
    if (!reads) {
      const { tenant, subject } = caller;
      const location = c.res.headers.get('location') ?? undefined;
      log.info(
        { tenant, subject, method: c.req.method, path: c.req.path, status: c.res.status, location },
        'Request',
      );
    }
  };
}

/** Throws when this caller may not change things, or a web page may have made the browser send what it keeps. */
function permit(c: Context, { access }: Principal, isAmbient: boolean, publicUrl: string): void {
  if (access === 'read')
    throw new DarkroomError('forbidden', 'This key or token may look, and change nothing');
  if (!isAmbient || isFromHere(c, publicUrl)) return;
  const page = c.req.header('origin') ?? 'elsewhere';
  throw new DarkroomError(
    'origin_forbidden',
    `Web pages of "${page}" may not use a login that the browser keeps for this server`,
  );
}

/** Whether no web page sent the request, or one of this server: by Fetch Metadata, or by Origin where browsers leave that out. */
function isFromHere(c: Context, publicUrl: string): boolean {
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined) return ['same-origin', 'none'].includes(site);
  const origin = c.req.header('origin');
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  return origin === new URL(publicUrl).origin || new URL(origin).host === c.req.header('host');
}

/** What the answer to a refusal must carry besides its body (RFC 9110, section 11.6.1; RFC 6750, section 3). */
function challenge(c: Context, error: unknown): void {
  // What was sent on is not read, and would be taken for the next request.
  if (hasBody(c)) c.header('connection', 'close');
  if (!(error instanceof DarkroomError)) return;
  const { code, details } = error;
  if (code === 'unauthenticated')
    c.header('www-authenticate', isPage(c) ? BASIC : bearer(isLogin(c) && 'invalid_token'));
  if (code === 'forbidden') {
    const scope = typeof details?.['scope'] === 'string' ? `, scope="${details['scope']}"` : '';
    c.header('www-authenticate', bearer('insufficient_scope') + scope);
  }
}

const BASIC = 'Basic realm="darkroom", charset="UTF-8"';

const bearer = (error: string | false): string =>
  `Bearer realm="darkroom"${error === false ? '' : `, error="${error}"`}`;

/** Whether a person opens a page, such as a gallery: the browser then asks for the key. A page's own requests get no dialog. */
function isPage(c: Context): boolean {
  const mode = c.req.header('sec-fetch-mode');
  // Browsers leave it out where there is no TLS.
  if (mode === undefined) return c.req.header('accept')?.includes('text/html') ?? false;
  return mode === 'navigate';
}

const isLogin = (c: Context): boolean =>
  (c.req.header('authorization') ?? c.req.header('x-api-key')) !== undefined;

const hasBody = (c: Context): boolean =>
  c.req.header('transfer-encoding') !== undefined || Number(c.req.header('content-length') ?? 0) > 0;
