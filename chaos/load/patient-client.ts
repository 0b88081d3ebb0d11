/** A client that sends a request again until the server answers it, as clients of a durable server do. */
import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 200;
/** Milliseconds without an answer after which the client gives up. */
const PATIENCE_MS = 300_000;
/** Milliseconds that one request may take. A killed server does not always close its connections. */
const REQUEST_MS = 30_000;

/** The server refused a request that is valid, or did not answer for five minutes. */
class Refusal extends Error {}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
}

export interface PatientClient {
  readonly url: string;
  /** @throws {Refusal} When the status is not in `statuses`, and not that of an outage. */
  send(path: string, init?: RequestInit, statuses?: readonly number[]): Promise<Answer>;
  /** The same, for a JSON response. */
  json<Body>(path: string, init?: RequestInit, statuses?: readonly number[]): Promise<Body>;
}

export function createClient(url: string): PatientClient {
  const send: PatientClient['send'] = async (path, init = {}, statuses = [200]) => {
    let latest = 'no connection';
    for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(PAUSE_MS)) {
      const answer = await sendOnce(`${url}${path}`, init).catch(() => null);
      if (answer === null) continue;
      if (statuses.includes(answer.status)) return answer;
      latest = `${answer.status} ${answer.bytes.toString().slice(0, 500)}`;
      if (!isOutage(answer)) break;
    }
    throw new Refusal(`${init.method ?? 'GET'} ${path}: ${latest}`);
  };
  return {
    url,
    send,
    json: async (...request) => JSON.parse((await send(...request)).bytes.toString()),
  };
}

/** The whole response must arrive: a server that is killed cuts it. */
async function sendOnce(url: string, init: RequestInit): Promise<Answer> {
  const cut = new AbortController();
  const timer = setTimeout(() => cut.abort(), REQUEST_MS);
  try {
    const response = await fetch(url, { ...init, signal: cut.signal });
    const bytes = Buffer.from(await response.arrayBuffer());
    return { status: response.status, headers: response.headers, bytes };
  } finally {
    clearTimeout(timer);
  }
}

/** image-web answers outages with 500 and `Retry-After`, by its contract. */
const isOutage = ({ status, headers }: Answer): boolean =>
  status === 503 || status === 429 || (status === 500 && headers.has('retry-after'));
