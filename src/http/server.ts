/** Serves the application on all configured addresses. */
import { createServer, type Server } from 'node:http';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import type { ListenAddress } from '../config/values.ts';
import { lingerOnClose } from './linger.ts';

export interface HttpServer {
  /** Stops taking requests, lets those under way finish for a moment, then cuts them off. */
  close(): Promise<void>;
}

type Fetch = (request: Request, env: HttpBindings) => Response | Promise<Response>;

const FAREWELL_MS = 3000;

/** Milliseconds for the head of a request. */
const HEADERS_TIMEOUT = 60_000;

/** A server that is not listening yet. */
export function createHttpServer(fetch: Fetch): Server {
  // HTTP/1.0, which some probes of load balancers speak, need not name a host.
  const options = { hostname: 'localhost' };
  const answer = getRequestListener((request, env) => fetch(request, env as HttpBindings), options);
  // No limit to how long a body may take: uploads are large, and watched for silence where they are read.
  return createServer({ requestTimeout: 0, headersTimeout: HEADERS_TIMEOUT }, (request, response) => {
    // The connection is being closed; what comes after its last request is not ours to answer.
    if (request.socket.writableEnded) return;
    lingerOnClose(request);
    void answer(request, response);
  });
}

/** Throws an Error that names the address and the setting when one cannot be had. */
export async function listen(addresses: readonly ListenAddress[], fetch: Fetch): Promise<HttpServer> {
  const servers: Server[] = [];
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

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), FAREWELL_MS);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
