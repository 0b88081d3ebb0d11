/** Serves the application on all configured addresses. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import type { ListenAddress } from '../../lib/settings/listen-address.ts';
import { lingerOnClose } from './linger.ts';

export interface HttpServer {
  /** Stops taking requests, lets those under way finish for the time of grace, then cuts them off. */
  close(): Promise<void>;
}

type Fetch = (request: Request, env: HttpBindings) => Response | Promise<Response>;

/** Milliseconds for the head of a request. */
const HEADERS_TIMEOUT = 60_000;

/** Milliseconds for a body that is no form: those are small. */
const BODY_TIMEOUT = 300_000;

/** A server that is not listening yet. */
export function createHttpServer(fetch: Fetch, bodyTimeout = BODY_TIMEOUT): Server {
  // HTTP/1.0, which some probes of load balancers speak, need not name a host.
  const options = { hostname: 'localhost' };
  const answer = getRequestListener((request, env) => fetch(request, env as HttpBindings), options);
  // No limit to how long all bodies may take: forms are large, and watched for silence where they are read.
  return createServer({ requestTimeout: 0, headersTimeout: HEADERS_TIMEOUT }, (request, response) => {
    // The connection is being closed; what comes after its last request is not ours to answer.
    if (request.socket.writableEnded) return;
    lingerOnClose(request);
    if (!isForm(request)) endLate(request, response, bodyTimeout);
    void answer(request, response);
  });
}

const isForm = ({ headers }: IncomingMessage): boolean =>
  headers['content-type']?.toLowerCase().startsWith('multipart/') ?? false;

/** As Node does it for whole servers. */
function endLate(request: IncomingMessage, response: ServerResponse, bodyTimeout: number): void {
  const { socket } = request;
  const timer = setTimeout(() => {
    if (request.complete) return;
    if (!response.headersSent)
      socket.write('HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    socket.destroySoon();
  }, bodyTimeout).unref();
  request.once('close', () => clearTimeout(timer));
}

/** Throws an Error that names the address and the setting when one cannot be had. */
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
      const why =
        error.code === 'EADDRINUSE'
          ? 'another program listens there'
          : `the system says ${error.code ?? 'no'}`;
      reject(
        new Error(`Cannot listen on ${host}:${port}: ${why}. Choose another address with DARKROOM_LISTEN`),
      );
    });
    server.listen({ host, port }, resolve);
  });
}

function closeWithin(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
