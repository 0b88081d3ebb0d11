/** A web server under the tests' control: it serves assets and receives callbacks. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Web {
  readonly url: string;
  /** POSTs that arrived, in order. */
  readonly received: Received[];
  /** GETs that arrived, by path. */
  readonly fetched: string[];
  close(): Promise<void>;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Answers GETs from `routes` (bytes, or a function), and POSTs with 204 unless a route says otherwise. */
export async function startWeb(routes: Record<string, Uint8Array | Handler> = {}): Promise<Web> {
  const received: Received[] = [];
  const fetched: string[] = [];
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://web').pathname;
    const route = routes[path];
    const answer = () => {
      if (typeof route === 'function') return route(request, response);
      if (request.method === 'POST') return response.writeHead(204).end();
      if (route) return response.writeHead(200, { 'content-length': route.length }).end(route);
      response.writeHead(404).end('not here');
    };
    if (request.method !== 'POST') {
      fetched.push(path);
      return answer();
    }
    void text(request).then((body) => {
      received.push({ path, headers: request.headers, body });
      answer();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    fetched,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
