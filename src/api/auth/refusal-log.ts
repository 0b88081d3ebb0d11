/** Tells the operator who was not let in and why, and never with what; someone who tries all day does not fill the disk. */
import type { Context } from 'hono';
import type { Principal } from '../../auth/authenticator.ts';
import { DarkroomError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { ApiEnv } from '../context.ts';

/** Lines that are written in so many milliseconds; of more, the next line tells how many there were. */
const MOST = 20;
const WINDOW_MS = 10_000;

type Tell = (c: Context<ApiEnv>, error: unknown, caller: Principal | null) => void;

export function createRefusalLog(log: Log): Tell {
  let [until, written, unwritten] = [0, 0, 0];
  return (c, error, caller) => {
    if (Date.now() > until) [until, written] = [Date.now() + WINDOW_MS, 0];
    if (written >= MOST) {
      unwritten += 1;
      return;
    }
    written += 1;
    const more = unwritten > 0 ? { unwritten } : {};
    unwritten = 0;
    const isOutage = !(error instanceof DarkroomError) || error.kind !== 'client';
    const facts = {
      ...(caller && { tenant: caller.tenant, subject: caller.subject }),
      address: c.env.incoming.socket.remoteAddress,
      forwarded_for: c.req.header('x-forwarded-for')?.slice(0, 200),
      method: c.req.method,
      path: c.req.path,
      reason: error instanceof Error ? error.message : String(error),
      ...more,
    };
    if (isOutage) log.warn({ ...facts, err: error }, 'Who asks cannot be found out');
    else log.info(facts, 'Authentication failed');
  };
}
