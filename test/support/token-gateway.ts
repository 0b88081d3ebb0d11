/** A gateway that puts a server below a path, and lets nobody at its API without a token. */
import { createServer, request as forward } from 'node:http';

export interface Gateway {
  /** Of the server, through the gateway; without a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

export async function startTokenGateway(target: string, path: string, token: string): Promise<Gateway> {
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    if (!url.startsWith(`${path}/`)) return response.writeHead(404).end();
    const below = url.slice(path.length);
    if (below.startsWith('/v1/') && request.headers.authorization !== `Bearer ${token}`) {
      const problem = { title: 'No', status: 401, code: 'unauthorized', detail: 'Send a token' };
      response.writeHead(401, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem));
      return;
    }
    const { method, headers } = request;
    const onward = forward(new URL(below, target), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}${path}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
