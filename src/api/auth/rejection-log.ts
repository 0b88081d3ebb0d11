/** Logs rejected logins: who and why, never the credential. The rate is limited, so that an attack does not fill the disk. */
import type { Context } from 'hono';
import type { Principal } from '../../auth/authenticator.ts';
import { DarkroomError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { ApiEnv } from '../context.ts';
import { EventWindow } from './event-window.ts';

/** Lines in ten seconds. The next line has the number of omitted ones. */
const MAX_LINES = 20;

type LogRejection = (c: Context<ApiEnv>, error: unknown, principal: Principal | null) => void;

export function createRejectionLog(log: Log): LogRejection {
  const window = new EventWindow(MAX_LINES);
  return (c, error, principal) => {
    const admitted = window.admit();
    if (!admitted) return;
    const isOutage = !(error instanceof DarkroomError) || !['client', 'limit'].includes(error.kind);
    const facts = {
      ...(principal && { tenant: principal.tenant, subject: principal.subject }),
      address: c.var.address,
      method: c.req.method,
      path: c.req.path,
      reason: error instanceof Error ? error.message : String(error),
      ...(admitted.omitted > 0 && { unwritten: admitted.omitted }),
    };
    if (isOutage) log.warn({ ...facts, err: error }, 'Authentication is unavailable');
    else log.info(facts, 'Login rejected');
  };
}
