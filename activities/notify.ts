/** One attempt to tell the client what its job went through, by the rules of Standard Webhooks. */
import { createHash } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { Webhook } from 'standardwebhooks';
import { nativeBody } from '../src/dialects/native/callback.ts';
import { DarkroomError } from '../src/errors.ts';
import type { DeliveryAttempt } from '../src/jobs/model/delivery.ts';
import type { Callback } from '../src/jobs/model/job.ts';
import { parseRetryAfter } from '../src/lib/retry-after.ts';
import { AddressForbidden, HttpFailure } from '../src/net/guarded-http.ts';
import type { StoredDelivery } from '../src/storage/archive.ts';
import { readDelivery, writeDelivery } from './delivery.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { withHeartbeat } from './heartbeat.ts';
import { countCallback } from './metrics.ts';
import type { NotifyInput, NotifyResult } from './types.ts';

/** A receiver may ask us to wait this long at most (Retry-After). */
const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1000;

type Answer = NotifyResult & Pick<DeliveryAttempt, 'status' | 'reason'>;

/** A receiver that refuses is a result. Throws only when the store does not answer. */
export const createNotify =
  (deps: ActivityDependencies) =>
  (step: NotifyInput): Promise<NotifyResult> =>
    withHeartbeat(false, async ({ signal }) => {
      const { job, event } = step;
      // Erased in the meantime: there is nothing left to tell.
      if (await deps.archive.isDeleted(job)) return { outcome: 'ended', retryAfterMs: null };
      const { callback } =
        'sealed' in step.callback ? await deps.archive.unseal(job, step.callback) : step.callback;
      if (!callback) return { outcome: 'ended', retryAfterMs: null };
      const earlier = await readDelivery(deps.store, step);
      if (earlier?.state === 'delivered' && !step.again) return { outcome: 'delivered', retryAfterMs: null };
      const webhookId = webhookIdOf(step);
      const started = Date.now();
      // What is delivered again is what was told first, whatever has become of the job since.
      const about = earlier?.about ?? step.about;
      const body = await bodyOf(deps, { ...step, about }, callback);
      const answer = await post(deps, callback, webhookId, body, job.tenant, signal);
      const attempt = {
        at: new Date(started).toISOString(),
        status: answer.status,
        reason: answer.reason,
        duration_ms: Date.now() - started,
      };
      await writeDelivery(deps.store, step, nextRecord(step, webhookId, earlier, attempt, answer));
      countCallback(step, answer.outcome);
      if (answer.reason)
        Context.current().log.warn('A callback failed', { job: job.id, event, reason: answer.reason });
      return { outcome: answer.outcome, retryAfterMs: answer.retryAfterMs };
    });

/** The same for each attempt, other for each run. */
const webhookIdOf = ({ job, event, seq }: NotifyInput): string =>
  `msg_${createHash('sha256')
    .update(JSON.stringify([job.tenant, job.id, job.run, event, seq]))
    .digest('base64url')
    .slice(0, 27)}`;

async function bodyOf(
  deps: ActivityDependencies,
  { event, at, about: job }: NotifyInput,
  callback: Callback,
): Promise<string> {
  const write = deps.callbackBodies[job.dialect] ?? nativeBody;
  const { publicUrl, archive } = deps;
  const token = callback.token ?? null;
  const result = async () => (job.state === 'completed' ? archive.result(job, job.run) : null);
  return JSON.stringify(await write({ event, at, job, token, publicUrl, result }));
}

async function post(
  deps: ActivityDependencies,
  callback: Callback,
  webhookId: string,
  body: string,
  tenant: string,
  signal: AbortSignal,
): Promise<Answer> {
  const now = new Date();
  const signatures = deps.keys
    .webhookSecrets(tenant)
    .map((secret) => new Webhook(secret).sign(webhookId, now, body));
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'darkroom',
    'webhook-id': webhookId,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': signatures.join(' '),
    ...(callback.token === undefined ? {} : { authorization: `Bearer ${callback.token}` }),
  };
  try {
    const timeoutMs = deps.callbackTimeoutMs;
    const response = await deps.http.request(callback.url, {
      method: 'POST',
      headers,
      body,
      signal,
      timeoutMs,
    });
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

/** 2xx: taken. 410: never again. All else, redirects too, is a failure that is tried again. */
function judge(
  status: number,
  retryAfter: string | undefined,
): Pick<Answer, 'outcome' | 'reason' | 'retryAfterMs'> {
  if (status >= 200 && status < 300) return { outcome: 'delivered', reason: null, retryAfterMs: null };
  if (status === 410)
    return { outcome: 'ended', reason: 'the receiver wants no more callbacks (410)', retryAfterMs: null };
  const redirect = status >= 300 && status < 400;
  const reason = redirect
    ? `the receiver redirects (${status}), which callbacks do not follow`
    : `the receiver answered ${status}`;
  const waitMs = parseRetryAfter(retryAfter);
  return { outcome: 'failed', reason, retryAfterMs: waitMs && Math.min(waitMs, MAX_RETRY_AFTER_MS) };
}

function nextRecord(
  { event, nextDelayMs, job, seq, at, about }: NotifyInput,
  id: string,
  earlier: StoredDelivery | null,
  attempt: DeliveryAttempt,
  { outcome, retryAfterMs }: Answer,
): StoredDelivery {
  const again = outcome === 'failed' && nextDelayMs !== null;
  return {
    id,
    event,
    run: job.run,
    seq,
    occurred_at: at,
    about: earlier?.about ?? about,
    state: outcome === 'delivered' ? 'delivered' : again ? 'pending' : 'failed',
    attempts: [...(earlier?.attempts ?? []), attempt],
    next_attempt_at: again
      ? new Date(Date.now() + Math.max(nextDelayMs, retryAfterMs ?? 0)).toISOString()
      : null,
  };
}
