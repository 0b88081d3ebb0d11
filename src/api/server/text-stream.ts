/** A response that sends text for as long as something happens, such as an event stream. */
import type { Context } from 'hono';
import type { ApiEnv } from '../context.ts';
import { onClientEnd } from './client-end.ts';

/** After the client has closed its side of the connection, only a failing write shows whether it is gone. */
const HALF_CLOSED_HEARTBEAT_MS = 500;

export interface TextStreamOptions {
  /** Sent first. */
  readonly head?: string;
  /** Keeps proxies from closing an idle stream; null: the format has nothing that clients ignore. */
  readonly heartbeat: { readonly text: string; readonly ms: number } | null;
  /** Aborted when the client has left or its login is no longer valid. */
  readonly stop: AbortController;
}

/** Sends the pieces of text as they come, as fast as the client reads them. An error of `pieces` ends the stream. */
export function streamText(
  c: Context<ApiEnv>,
  pieces: AsyncIterator<string, void>,
  { head, heartbeat, stop }: TextStreamOptions,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let timer: NodeJS.Timeout | undefined;
  let forgetEnd: () => void;
  let isCancelled = false;
  const forgetLogin = c.var.watchLogin(() => stop.abort());
  const stopHeartbeat = () => {
    clearInterval(timer);
    forgetEnd();
    forgetLogin();
  };
  return new ReadableStream({
    start(controller) {
      if (head !== undefined) controller.enqueue(encoder.encode(head));
      const beat = (ms: number) => {
        clearInterval(timer);
        if (heartbeat === null) return;
        timer = setInterval(() => {
          // No heartbeat while the client has unread data.
          if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(heartbeat.text));
        }, ms);
      };
      beat(heartbeat?.ms ?? 0);
      forgetEnd = onClientEnd(c, () => beat(Math.min(heartbeat?.ms ?? 0, HALF_CLOSED_HEARTBEAT_MS)));
    },
    async pull(controller) {
      const next = await pieces.next().catch(() => null);
      if (next && !next.done) return controller.enqueue(encoder.encode(next.value));
      stopHeartbeat();
      if (!isCancelled) controller.close();
    },
    cancel() {
      isCancelled = true;
      stopHeartbeat();
      stop.abort();
    },
  });
}

/** Headers of a stream that no proxy may hold back or change. */
export const streamHeaders = (contentType: string) => ({
  'content-type': contentType,
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
});
