/** The HTTP server: listens on all configured addresses and bounds the time of requests. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import type { ListenAddress } from '../../lib/settings/listen-address.ts';
import { isForm } from '../bodies/media-type.ts';
import { lingerOnClose } from './linger.ts';

export interface HttpServer {
  /** Stops accepting requests, lets active ones finish within the grace period, then closes their connections. */
  close(): Promise<void>;
}

type Fetch = (request: Request, env: HttpBindings) => Response | Promise<Response>;

/** Milliseconds that an idle connection stays open: longer than the 60 s of proxies, which must be the ones that close it. */
const KEEP_ALIVE_TIMEOUT = 75_000;

/** Milliseconds between two looks for connections that became idle while the server closes. */
const IDLE_CHECK_MS = 100;

/** Milliseconds for the head of a request; more than an idle connection has. */
const HEADERS_TIMEOUT = 80_000;

/** Milliseconds for a body that is not a form: those are small. */
const BODY_TIMEOUT = 300_000;

/**
 * Creates a server that does not listen yet.
 *
 * @param fetch handles a request
 * @param bodyTimeout milliseconds for a body that is not a form
 */
export function createHttpServer(fetch: Fetch, bodyTimeout = BODY_TIMEOUT): Server {
  // HTTP/1.0 requests, such as those of some load balancer probes, may lack a Host header.
  const options = { hostname: 'localhost' };
  const listener = getRequestListener((request, env) => fetch(request, env as HttpBindings), options);
  // No time limit for all bodies alike: forms are large, and their reader limits their pace.
  const timeouts = {
    requestTimeout: 0,
    headersTimeout: HEADERS_TIMEOUT,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
  };
  const server = createServer(timeouts, (request, response) => {
    // The connection is closing: what follows its last request is ignored.
    if (request.socket.writableEnded) return;
    lingerOnClose(request);
    if (!isForm(request.headers['content-type'])) limitBodyTime(request, response, bodyTimeout);
    void listener(request, response);
  });
  // A client may close its side after the request (RFC 9112, section 9.6) and still wants the response.
  return Object.assign(server, { httpAllowHalfOpen: true });
}

/** Responds 408 and closes the connection if the body is late, as Node does with `requestTimeout`. */
function limitBodyTime(request: IncomingMessage, response: ServerResponse, bodyTimeout: number): void {
  const { socket } = request;
  const timer = setTimeout(() => {
    if (request.complete) return;
    if (!response.headersSent)
      socket.write('HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    socket.destroySoon();
  }, bodyTimeout).unref();
  request.once('close', () => clearTimeout(timer));
}

/**
 * Listens on all addresses.
 *
 * @param graceMs milliseconds that active requests get when the server closes
 * @throws Error that names the address and the setting, if an address cannot be bound
 */
export async function listen(
  addresses: readonly ListenAddress[],
  graceMs: number,
  fetch: Fetch,
): Promise<HttpServer> {
  const servers: Server[] = [];
  const close = (server: Server) => closeWithin(server, graceMs);
  try {
    for (const address of addresses) {
      const server = createHttpServer(fetch);
      await bind(server, address);
      servers.push(server);
    }
  } catch (error) {
    await Promise.all(servers.map(close));
    throw error;
  }
  return { close: async () => void (await Promise.all(servers.map(close))) };
}

function bind(server: Server, { host, port }: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === 'EADDRINUSE'
          ? 'another program listens there'
          : `the system says ${error.code ?? 'no'}`;
      reject(
        new Error(`Cannot listen on ${host}:${port}: ${reason}. Choose another address with DARKROOM_LISTEN`),
      );
    });
    server.listen({ host, port }, resolve);
  });
}

function closeWithin(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const limit = setTimeout(() => server.closeAllConnections(), graceMs);
    // Node keeps a connection open whose request ends after `close()`, until it is idle for too long.
    const check = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
    server.close(() => {
      clearTimeout(limit);
      clearInterval(check);
      resolve();
    });
    server.closeIdleConnections();
  });
}
