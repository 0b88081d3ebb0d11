/** A bad connection: it stands between a client and a real server, and fails as it is told to. */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';

/** What happens to one request. */
type Fault =
  /** Answered 503 at once; the server never hears of it. */
  | 'refuse'
  /** Answered with this status at once, as for a request that the server does not support. */
  | { readonly status: number }
  /** The server does it, and the answer is lost. */
  | 'lose'
  /** The answer breaks off after this many bytes of its body. */
  | { readonly cutAfter: number }
  /** The answer never comes. */
  | 'hang';

interface Passage {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

export interface FaultyProxy {
  readonly url: string;
  /** Requests that came, in order. */
  readonly seen: Passage[];
  /** What befalls the next requests, in order; those after them pass. */
  faults: Fault[];
  close(): Promise<void>;
}

/** `concerns`: only such requests meet with faults, and are recorded. */
export async function startProxy(
  target: string,
  concerns: (path: string) => boolean = () => true,
): Promise<FaultyProxy> {
  const seen: Passage[] = [];
  const server = createServer((incoming, answer) => {
    const { method = 'GET', url: path = '/', headers } = incoming;
    const concerned = concerns(path);
    if (concerned) seen.push({ method, path, headers });
    pass(target, incoming, answer, concerned ? proxy.faults.shift() : undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const proxy: FaultyProxy = {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    seen,
    faults: [],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return proxy;
}

function pass(
  target: string,
  incoming: IncomingMessage,
  answer: ServerResponse,
  fault: Fault | undefined,
): void {
  if (fault === 'hang') return void incoming.resume();
  if (fault === 'refuse' || (typeof fault === 'object' && 'status' in fault)) {
    incoming.resume();
    const status = fault === 'refuse' ? 503 : fault.status;
    answer.writeHead(status, { 'retry-after': '0', 'content-type': 'text/plain' }).end('not now');
    return;
  }
  const { method, url: path, headers } = incoming;
  const outgoing = request(new URL(path ?? '/', target), { method, headers }, (response) => {
    if (fault === 'lose') {
      response.resume();
      response.once('end', () => answer.destroy());
      return;
    }
    answer.writeHead(response.statusCode ?? 502, response.headers);
    let left = fault === undefined ? Number.POSITIVE_INFINITY : fault.cutAfter;
    response.on('data', (chunk: Buffer) => {
      if (left <= 0) return;
      answer.write(chunk.subarray(0, Math.min(left, chunk.length)), () => {
        if (left <= 0) answer.destroy();
      });
      left -= chunk.length;
    });
    response.once('end', () => left > 0 && answer.end());
  });
  outgoing.once('error', () => answer.destroy());
  answer.once('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
}
