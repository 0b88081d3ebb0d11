/** Records requests in the audit log. */
import type { Context } from 'hono';
import type { AuditEvent } from '../../auth/audit-event.ts';
import type { Principal } from '../../auth/authenticator.ts';
import { type Action, isAudited } from '../../auth/roles.ts';
import { isOutage } from '../../errors.ts';
import type { ApiEnv } from '../context.ts';
import { EventWindow } from './event-window.ts';

/** Receives the events. Never throws. */
export type RecordAudit = (event: AuditEvent) => void;

/** Rejected logins that are recorded in ten seconds. The next one has the number of omitted ones. */
const MAX_REJECTIONS = 100;

export class RequestAudit {
  readonly #record: RecordAudit;
  readonly #window = new EventWindow(MAX_REJECTIONS);

  constructor(record: RecordAudit) {
    this.#record = record;
  }

  /** Records the response to a request, if its action is audited or was denied. */
  recordResponse(c: Context<ApiEnv>, principal: Principal, action: Action | null): void {
    const { status } = c.res;
    if (action === null || (status !== 403 && !isAudited(action))) return;
    const outcome = status === 403 ? 'denied' : status < 400 ? 'success' : 'failure';
    const target = c.res.headers.get('location') ?? c.req.path;
    const { reason } = c.var;
    const detail = reason === undefined ? String(status) : `${status}: ${reason}`;
    this.#record({ ...describeRequest(c, principal), action, outcome, target, detail });
  }

  /** Records a rejected login, or a request that the role of the caller does not permit. Outages are neither. */
  recordRejection(
    c: Context<ApiEnv>,
    error: unknown,
    principal: Principal | null,
    action: Action | null,
  ): void {
    if (!(error instanceof Error) || isOutage(error)) return;
    const admitted = principal ? { omitted: 0 } : this.#window.admit();
    if (!admitted) return;
    this.#record({
      ...describeRequest(c, principal),
      ...admitted,
      action: principal ? (action ?? 'login') : 'login',
      outcome: 'denied',
      detail: error.message,
    });
  }
}

const MAX_PATH = 500;

const describeRequest = (c: Context<ApiEnv>, principal: Principal | null) => ({
  time: new Date().toISOString(),
  tenant: principal?.tenant ?? null,
  subject: principal?.subject ?? null,
  role: principal?.role ?? null,
  target: c.req.path.slice(0, MAX_PATH),
  address: c.var.address,
  request_id: c.var.requestId,
  omitted: 0,
});
