/** Serves the application on all configured addresses. */
import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { ListenAddress } from '../config.ts';

export interface HttpServer {
  /** Stops taking requests, lets those under way finish for a moment, then cuts them off. */
  close(): Promise<void>;
}

const FAREWELL_MS = 3000;

/** Throws an Error that names the address and the setting when one cannot be had. */
export async function listen(
  addresses: readonly ListenAddress[],
  fetch: (request: Request) => Response | Promise<Response>,
): Promise<HttpServer> {
  const servers: Server[] = [];
  try {
    for (const address of addresses) {
      const answer = getRequestListener(fetch);
      const server = createServer((request, response) => void answer(request, response));
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
