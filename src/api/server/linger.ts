/** Closing a connection so that the answer arrives although the client is still sending (RFC 9112, section 9.6). */
import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';

/** Most that is read of a request that has been answered already, in time and in bytes. */
const LINGER_MS = 10_000;
const LINGER_BYTES = 256 * 1024 * 1024;

/**
 * Node closes a connection right after its last answer. When bytes of the request are then still to come, the
 * system resets the connection, and the client may lose the answer or never read it. This makes it half-close first,
 * and read on until the request ends, the client leaves, or the limits above are reached.
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
    // A body that was begun as a stream pauses the request when nobody takes from it; what comes now is nobody's.
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
