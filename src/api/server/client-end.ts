/** Notices that a client has closed its side of the connection. It may have left, or may still read the response. */
import type { Context } from 'hono';
import type { ApiEnv } from '../context.ts';

/**
 * Calls `listener` once the client has closed its side, or the connection.
 *
 * @returns a function that removes the listener; call it at the end of the request, because connections serve several
 */
export function onClientEnd({ env }: Context<ApiEnv>, listener: () => void): () => void {
  // Without a connection in tests that call the application directly.
  const socket = env?.incoming?.socket;
  if (socket?.readableEnded) listener();
  const events = ['end', 'close'];
  for (const event of events) socket?.once(event, listener);
  return () => {
    for (const event of events) socket?.off(event, listener);
  };
}
