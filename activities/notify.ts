/** Sends one callback to the client, by the rules of Standard Webhooks, and records the attempt. */
import { createHash } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { DeliveryAttempt, DeliveryRecord } from '../src/jobs/model/delivery.ts';
import type { Job } from '../src/jobs/model/job.ts';
import type { Callback } from '../src/jobs/model/job-spec.ts';
import type { JobInputs } from '../src/jobs/model/run-input.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { withHeartbeat } from './heartbeat.ts';
import { countCallback } from './metrics.ts';
import { type CallbackResponse, postCallback } from './post-callback.ts';
import type { NotifyInput, NotifyResult } from './types.ts';

/** A failed attempt is a result. Throws only when the store is unavailable. */
export const createNotify =
  (deps: ActivityDependencies) =>
  (input: NotifyInput): Promise<NotifyResult> =>
    withHeartbeat(deps, input, async ({ signal }) => {
      const { job, event } = input;
      if (await deps.archive.isDeleted(job)) return { outcome: 'ended', retryAfterMs: null };
      const { callback, callbackToLoopback: toLoopback = false }: Omit<JobInputs, 'assets'> =
        'sealed' in input.callback ? await deps.archive.unseal(job, input.callback) : input.callback;
      if (!callback) return { outcome: 'ended', retryAfterMs: null };
      const previous = await deps.deliveries.readDelivery(job, input.seq);
      if (previous?.state === 'delivered' && !input.again)
        return { outcome: 'delivered', retryAfterMs: null };
      // A redelivery sends the job as it was at the event, whatever its state is now.
      const about = previous?.about ?? input.about;
      const id = buildWebhookId(input);
      const body = await buildBody(deps, input, about, callback);
      const started = Date.now();
      const message = { id, body, tenant: job.tenant, toLoopback, signal };
      const response = await postCallback(deps, callback, message);
      const { status, reason, outcome, retryAfterMs } = response;
      const attempt = {
        at: new Date(started).toISOString(),
        status,
        reason,
        duration_ms: Date.now() - started,
      };
      const attempts = [...(previous?.attempts ?? []), attempt];
      await deps.deliveries.writeDelivery(job, buildRecord(input, { id, about, attempts }, response));
      countCallback(input, outcome);
      if (reason) Context.current().log.warn('A callback failed', { job: job.id, event, reason });
      return { outcome, retryAfterMs };
    });

/** The same for all attempts of a run. */
const buildWebhookId = ({ job, event, seq }: NotifyInput): string =>
  `msg_${createHash('sha256')
    .update(JSON.stringify([job.tenant, job.id, job.run, event, seq]))
    .digest('base64url')
    .slice(0, 27)}`;

async function buildBody(
  { callbackBody, publicUrl, archive }: ActivityDependencies,
  { event, at }: NotifyInput,
  job: Job,
  callback: Callback,
): Promise<string> {
  const token = callback.token ?? null;
  const result = async () => (job.state === 'completed' ? archive.result(job, job.run) : null);
  return JSON.stringify(await callbackBody({ event, at, job, token, publicUrl, result }));
}

function buildRecord(
  { event, nextDelayMs, job, seq, at }: NotifyInput,
  { id, about, attempts }: { id: string; about: Job; attempts: DeliveryAttempt[] },
  { outcome, retryAfterMs }: CallbackResponse,
): DeliveryRecord {
  const delayMs =
    outcome === 'failed' && nextDelayMs !== null ? Math.max(nextDelayMs, retryAfterMs ?? 0) : null;
  return {
    id,
    event,
    run: job.run,
    seq,
    occurred_at: at,
    about,
    state: outcome === 'delivered' ? 'delivered' : delayMs === null ? 'failed' : 'pending',
    attempts,
    next_attempt_at: delayMs === null ? null : new Date(Date.now() + delayMs).toISOString(),
  };
}
