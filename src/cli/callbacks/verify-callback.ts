/** Verification of a callback by the rules of Standard Webhooks. */
import type { IncomingHttpHeaders } from 'node:http';
import { verifyWebhook } from '../../client/webhooks.ts';

export interface Callback {
  /** The same in each attempt. */
  readonly id: string;
  /** What it says, as JSON. Each API has its own form; the native one has these fields. */
  readonly event: { readonly type?: string; readonly data?: Readonly<Record<string, unknown>> };
  /** Those that a receiver needs. */
  readonly headers: Record<string, string>;
}

const passedOn = ['content-type', 'user-agent', 'authorization', 'traceparent'];

/** Returns the callback, or why it is not accepted. */
export function verifyCallback(
  body: Buffer,
  given: IncomingHttpHeaders,
  secrets: readonly string[],
): Callback | string {
  const headers = Object.fromEntries(
    Object.entries(given).filter(
      (entry): entry is [string, string] =>
        typeof entry[1] === 'string' && (entry[0].startsWith('webhook-') || passedOn.includes(entry[0])),
    ),
  );
  try {
    const event: Callback['event'] = verifyWebhook(body.toString(), headers, ...secrets);
    return { id: headers['webhook-id'] ?? '', event, headers };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
