/** Middleware that limits what clients may send, and reports to them what they have left. */
import type { Context, MiddlewareHandler } from 'hono';
import { type Rate, refusedRate } from '../../lib/rate-limit.ts';
import { hasBody, isForm } from '../bodies/media-type.ts';
import type { ApiEnv } from '../context.ts';
import { BytesInFlight } from './bytes-in-flight.ts';
import { writeRateFields } from './rate-fields.ts';
import { readCaller } from './read-caller.ts';
import { ScopedRates } from './scoped-rates.ts';
import type { LimitScope, ScopedLimits } from './settings.ts';

export interface ClientLimits {
  readonly requests: ScopedLimits<Rate>;
  readonly submissions: ScopedLimits<Rate>;
  readonly assets: ScopedLimits<Rate>;
  /** Bytes. */
  readonly uploads: ScopedLimits<number>;
}

interface LimitMiddleware {
  /** Runs before authentication: limits the requests of each address and of all clients, and writes the fields. */
  readonly first: MiddlewareHandler<ApiEnv>;
  /** Runs after it: limits the requests of each key and tenant, submissions, and bodies. */
  readonly authenticated: MiddlewareHandler<ApiEnv>;
}

/** Orchestrators call these, and must not be refused. */
const probes = ['/healthz', '/readyz'];

/**
 * @param submissionPaths paths whose POST requests submit a job; `*` stands for one segment
 * @param maxJson most bytes of a body that is not a form
 */
export function limitClients(
  { requests, submissions, uploads }: Omit<ClientLimits, 'assets'>,
  submissionPaths: readonly string[],
  maxJson: number,
): LimitMiddleware {
  const sent = new ScopedRates(requests, {
    name: 'requests',
    describe: (max) => `send ${max} requests`,
    setting: 'DARKROOM_REQUEST_LIMITS',
  });
  const submitted = new ScopedRates(submissions, {
    name: 'submissions',
    describe: (max) => `submit ${max} jobs`,
    setting: 'DARKROOM_SUBMISSION_LIMITS',
  });
  const inFlight = new BytesInFlight(uploads);
  const isSubmission = matchPaths(submissionPaths);
  return {
    first: async (c, next) => {
      c.set('taken', []);
      if (!probes.includes(c.req.path)) await take(c, sent, ['all', 'address']);
      await next();
      if (!c.res.headers.has('ratelimit')) writeRateFields(c, null);
    },
    authenticated: async (c, next) => {
      if (probes.includes(c.req.path) || readCaller(c).tenant === null) return next();
      await take(c, sent, ['tenant', 'key']);
      if (c.req.method === 'POST' && isSubmission(c.req.path))
        await take(c, submitted, ['all', 'address', 'tenant', 'key']);
      if (!hasBody(c)) return next();
      const meter = inFlight.open(readCaller(c));
      const incoming = c.env?.incoming;
      try {
        const length = c.req.header('content-length');
        const streamed = length === undefined && isForm(c.req.header('content-type'));
        try {
          meter.add(streamed ? 0 : Number(length ?? maxJson));
        } catch (error) {
          refuse(c, error);
        }
        if (streamed && incoming) c.env.body = meter;
        incoming?.once('end', meter.close);
        await next();
      } finally {
        incoming?.off('end', meter.close);
        meter.close();
      }
    },
  };
}

async function take(c: Context<ApiEnv>, rates: ScopedRates, scopes: readonly LimitScope[]): Promise<void> {
  try {
    for await (const taken of rates.take(scopes, readCaller(c))) c.var.taken.push(taken);
  } catch (error) {
    // A flood that one limit refuses must not use up another, which may be that of others too.
    for (const { giveBack } of c.var.taken) giveBack();
    refuse(c, error);
  }
}

function refuse(c: Context<ApiEnv>, error: unknown): never {
  // The body is not read, and would be parsed as the next request.
  if (hasBody(c)) c.header('connection', 'close');
  writeRateFields(c, refusedRate(error));
  throw error;
}

function matchPaths(paths: readonly string[]): (path: string) => boolean {
  const patterns = paths.map((path) => new RegExp(`^${path.replaceAll('*', '[^/]+')}$`));
  return (path) => patterns.some((pattern) => pattern.test(path));
}
