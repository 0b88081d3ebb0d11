/** Closes a connection so that the response arrives although the client is still sending (RFC 9112, section 9.6). */
import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';

/** Limits of what is read of a request after its response, in milliseconds and bytes. */
const LINGER_MS = 10_000;
const LINGER_BYTES = 256 * 1024 * 1024;

/**
 * Makes the connection half-close first, and read on until the request ends, the client disconnects, or a limit is reached.
 *
 * Node closes a connection right after its last response. If request bytes are still in flight, the system then resets
 * the connection, and the client may lose the response.
 */
export function lingerOnClose(request: IncomingMessage): void {
  const { socket } = request;
  const close = () => Socket.prototype.destroySoon.call(socket);
  let lingering = false;
  socket.destroySoon = () => {
    if (lingering) return;
    if (request.complete || socket.destroyed) return close();
    lingering = true;
    const limit = setTimeout(close, LINGER_MS).unref();
    let bytes = 0;
    // An unread body stream pauses the request. The rest of the body is not needed.
    request.removeAllListeners('data');
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > LINGER_BYTES) close();
    });
    request.once('end', close);
    socket.once('close', () => clearTimeout(limit));
    socket.end();
    request.resume();
  };
}
