/** Signs a callback, posts it, and decides whether to retry. */
import { Webhook } from 'standardwebhooks';
import { DarkroomError } from '../src/errors.ts';
import type { DeliveryAttempt } from '../src/jobs/model/delivery.ts';
import type { Callback } from '../src/jobs/model/job-spec.ts';
import { parseRetryAfter } from '../src/lib/retry-after.ts';
import { AddressForbidden, HttpFailure } from '../src/net/guarded-http.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { buildShares } from './outbound-shares.ts';
import type { NotifyResult } from './types.ts';

/** The longest Retry-After of a receiver that is respected. */
const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1000;

/** Milliseconds after which a callback without a slot leaves its place on the worker to others. */
const MAX_WAIT_MS = 1000;

export type CallbackResponse = NotifyResult & Pick<DeliveryAttempt, 'status' | 'reason'>;

interface Message {
  /** The `webhook-id`. */
  readonly id: string;
  readonly body: string;
  /** Whose secrets sign it. */
  readonly tenant: string;
  /** Whether it may reach loopback addresses. */
  readonly toLoopback: boolean;
  readonly signal: AbortSignal;
}

/**
 * Waits for a slot and sends. Never throws for what the receiver does.
 *
 * @throws callbacks_busy when tenant and host have their share of the slots for too long
 */
export function postCallback(
  deps: ActivityDependencies,
  callback: Callback,
  message: Message,
): Promise<CallbackResponse> {
  const { tenant, signal } = message;
  const tooLong = new AbortController();
  const timer = setTimeout(() => tooLong.abort(busy()), MAX_WAIT_MS);
  return deps.callbackSlots
    .run(AbortSignal.any([signal, tooLong.signal]), buildShares(tenant, callback.url), () => {
      clearTimeout(timer);
      return send(deps, callback, message);
    })
    .finally(() => clearTimeout(timer));
}

const busy = (): DarkroomError =>
  new DarkroomError(
    'callbacks_busy',
    'The tenant, or the host of the receiver, has its share of the callbacks that this worker sends at once; this one is tried again',
  );

async function send(
  { callbackHttp, loopbackHttp, keys, callbackTimeoutMs, traceHeaders }: ActivityDependencies,
  { url, token }: Callback,
  { id, body, tenant, toLoopback, signal }: Message,
): Promise<CallbackResponse> {
  const now = new Date();
  const signatures = keys.webhookSecrets(tenant).map((secret) => new Webhook(secret).sign(id, now, body));
  const headers = {
    ...traceHeaders(),
    'content-type': 'application/json',
    'user-agent': 'darkroom',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': signatures.join(' '),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  try {
    const request = { tenant, method: 'POST', headers, body, signal, timeoutMs: callbackTimeoutMs } as const;
    const response = await (toLoopback ? loopbackHttp : callbackHttp).request(url, request);
    response.body.destroy();
    return { status: response.status, ...judge(response.status, response.headers['retry-after']) };
  } catch (error) {
    if (error instanceof AddressForbidden)
      return { status: null, outcome: 'ended', reason: error.message, retryAfterMs: null };
    if (error instanceof HttpFailure)
      return { status: null, outcome: 'failed', reason: error.message, retryAfterMs: null };
    throw error instanceof DarkroomError || signal.aborted
      ? error
      : new DarkroomError('internal', 'The callback could not be sent', { cause: error });
  }
}

/** 2xx is a success, 410 ends the delivery, and all else is retried, redirects included. */
function judge(status: number, retryAfter: string | undefined): Omit<CallbackResponse, 'status'> {
  if (status >= 200 && status < 300) return { outcome: 'delivered', reason: null, retryAfterMs: null };
  if (status === 410)
    return { outcome: 'ended', reason: 'the receiver wants no more callbacks (410)', retryAfterMs: null };
  const isRedirect = status >= 300 && status < 400;
  const reason = isRedirect
    ? `the receiver redirects (${status}), which callbacks do not follow`
    : `the receiver answered ${status}`;
  const waitMs = parseRetryAfter(retryAfter);
  return { outcome: 'failed', reason, retryAfterMs: waitMs && Math.min(waitMs, MAX_RETRY_AFTER_MS) };
}
