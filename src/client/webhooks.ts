/** Verification of callbacks by the rules of Standard Webhooks. */
import { Webhook } from 'standardwebhooks';
import type { Job } from './types.ts';

/** What a callback of the native API says. */
export interface WebhookEvent {
  readonly type: string;
  readonly timestamp: string;
  /** The job at the time of the event. */
  readonly data: Job;
}

/**
 * Returns the event of a callback. The header `webhook-id` is the same in each attempt of a callback.
 *
 * @param body As received, not parsed and written again
 * @param secrets What `darkroom webhook-secret` prints; several while it is rotated
 * @throws WebhookVerificationError if none of the secrets signed it, or it is older than five minutes
 */
export function verifyWebhook(
  body: string,
  headers: Readonly<Record<string, string | undefined>>,
  ...secrets: readonly string[]
): WebhookEvent {
  let failure: unknown = new TypeError('There is no secret');
  for (const secret of secrets) {
    try {
      return new Webhook(secret).verify(body, headers as Record<string, string>) as WebhookEvent;
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
