/** A web server that serves assets and receives callbacks. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from './seeded-random.ts';

/** A callback, as it arrived. */
export interface Callback {
  readonly job: string;
  /** Such as `job.completed`; for callbacks of compatible APIs, the status. */
  readonly event: string;
  readonly webhookId: string;
  /** Whether the response was 2xx. */
  readonly wasAccepted: boolean;
}

export interface Site {
  readonly url: string;
  readonly callbacks: readonly Callback[];
  close(): Promise<void>;
}

/** Downloads start after up to this many milliseconds. */
const MAX_DELAY_MS = 600;
/** Share of the callbacks that are answered with 503. */
const REFUSED = 0.2;

/** @param assets Bytes by name; the address of each is `/assets/NAME`. */
export async function startSite(
  assets: ReadonlyMap<string, Uint8Array>,
  random: SeededRandom,
): Promise<Site> {
  const callbacks: Callback[] = [];
  const receive = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request);
    const wasAccepted = random.next() >= REFUSED;
    callbacks.push({
      ...parseCallback(body),
      webhookId: String(request.headers['webhook-id']),
      wasAccepted,
    });
    response.writeHead(wasAccepted ? 204 : 503).end();
  };
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    await sleep(random.next() * MAX_DELAY_MS);
    const bytes = assets.get(request.url?.split('/').at(-1) ?? '');
    if (bytes) response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
    else response.writeHead(404).end();
  };
  const server = createServer((request, response) => {
    const answer = request.method === 'POST' ? receive : serve;
    // The sender may be killed in the middle of a request.
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    callbacks,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function parseCallback(body: string): Pick<Callback, 'job' | 'event'> {
  const { type, data, job_id, status } = JSON.parse(body) as {
    type?: string;
    data?: { id: string };
    job_id?: string;
    status?: string;
  };
  return { job: data?.id ?? String(job_id), event: type ?? String(status) };
}
