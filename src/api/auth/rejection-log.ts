/** Logs rejected logins: who and why, never the credential. The rate is limited, so that an attack does not fill the disk. */
import type { Context } from 'hono';
import type { Principal } from '../../auth/authenticator.ts';
import { DarkroomError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { ApiEnv } from '../context.ts';

/** Lines per window. The next line has the number of omitted ones. */
const MAX_LINES = 20;
const WINDOW_MS = 10_000;

type LogRejection = (c: Context<ApiEnv>, error: unknown, principal: Principal | null) => void;

export function createRejectionLog(log: Log): LogRejection {
  let [windowEnd, lines, omitted] = [0, 0, 0];
  return (c, error, principal) => {
    if (Date.now() > windowEnd) [windowEnd, lines] = [Date.now() + WINDOW_MS, 0];
    if (lines >= MAX_LINES) {
      omitted += 1;
      return;
    }
    lines += 1;
    const isOutage = !(error instanceof DarkroomError) || !['client', 'limit'].includes(error.kind);
    const facts = {
      ...(principal && { tenant: principal.tenant, subject: principal.subject }),
      address: c.var.address,
      method: c.req.method,
      path: c.req.path,
      reason: error instanceof Error ? error.message : String(error),
      ...(omitted > 0 && { unwritten: omitted }),
    };
    omitted = 0;
    if (isOutage) log.warn({ ...facts, err: error }, 'Authentication is unavailable');
    else log.info(facts, 'Login rejected');
  };
}
