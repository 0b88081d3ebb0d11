/**
 * Outbound HTTP for assets and callbacks, to URLs that strangers choose: no way into the operator's own network, no
 * request that hangs, no body that ends early unnoticed. Proxy variables of the environment are not honoured, for a
 * proxy would resolve names itself.
 */
import { Readable } from 'node:stream';
import { Agent } from 'undici';
import { parseNetworks } from './addresses.ts';
import { createConnector, type Resolve } from './connector.ts';
import { failureOf, HttpFailure } from './http-failure.ts';
import { LEAST, Pace } from './pace.ts';
import { AddressForbidden, refusalWithin } from './refusal.ts';

export { HttpFailure, type HttpFailureKind } from './http-failure.ts';
export { AddressForbidden, refusalOf } from './refusal.ts';

interface GuardedRequest {
  /** Default GET. */
  readonly method?: 'GET' | 'HEAD' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Ends the request at any time, the body included; the error is the signal's reason. */
  readonly signal?: AbortSignal;
  /** How many redirects to follow, each checked like the first URL. Default 0; a POST is never redirected. */
  readonly redirects?: number;
  /** Milliseconds until the headers of the final response. Default 30 s. */
  readonly timeoutMs?: number;
  /** Milliseconds in which 64 KiB of the body must arrive, or its end. Default 30 s. */
  readonly idleMs?: number;
}

interface GuardedResponse {
  readonly status: number;
  /** Names in lower case; several of a name are joined by commas. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The bytes as sent. To be read or destroyed: until then it holds a connection. Fails when cut short. */
  readonly body: Readable;
  /** Where the response came from, after redirects. */
  readonly url: string;
}

export interface GuardedHttp {
  /**
   * Any status is an answer, redirects too when they are not to be followed. Throws AddressForbidden, HttpFailure, or the
   * reason of the signal.
   */
  request(url: string, options?: GuardedRequest): Promise<GuardedResponse>;
  /** Ends what still runs. */
  close(): Promise<void>;
}

export interface GuardedHttpOptions {
  /** CIDRs that may be reached although they are not global unicast. */
  readonly allowNetworks: readonly string[];
  /** Default: the resolver of the system. */
  readonly resolve?: Resolve;
  /** Milliseconds. Default 10 s. */
  readonly connectTimeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 30_000;

export function createGuardedHttp(options: GuardedHttpOptions): GuardedHttp {
  const allowed = parseNetworks(options.allowNetworks);
  const agent = new Agent({
    connect: createConnector({
      allowed,
      timeoutMs: options.connectTimeoutMs ?? 10_000,
      resolve: options.resolve,
    }),
    // `timeoutMs` covers the headers.
    headersTimeout: 0,
    // A server may ask to be kept connected, but not for undici's ten minutes.
    keepAliveMaxTimeout: 30_000,
  });

  /** One hop. */
  async function send(
    url: URL,
    headers: Headers,
    request: GuardedRequest,
    signal: AbortSignal,
  ): Promise<GuardedResponse> {
    const refusal = refusalWithin(url.href, allowed);
    if (refusal !== null) throw new AddressForbidden(refusal);
    const explained = (error: unknown) => {
      if (signal.aborted) return signal.reason;
      return error instanceof AddressForbidden ? error : failureOf(error, hostOf(url));
    };
    try {
      // undici itself looks at the signal only once it is connected.
      const aborted = abortOf(signal);
      const sent = agent.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: request.method ?? 'GET',
        headers: { accept: '*/*', 'user-agent': 'darkroom', ...headers, 'accept-encoding': 'identity' },
        body: request.body ?? null,
        signal,
        // `idleMs` covers the body.
        bodyTimeout: 0,
      });
      const response = await Promise.race([aborted, sent]);
      return {
        status: response.statusCode,
        headers: joined(response.headers),
        body: relayed(response.body, explained, {
          idleMs: request.idleMs ?? DEFAULT_TIMEOUT_MS,
          host: hostOf(url),
        }),
        url: url.href,
      };
    } catch (error) {
      throw explained(error);
    }
  }

  return {
    async request(url, request = {}) {
      request.signal?.throwIfAborted();
      if (!URL.canParse(url)) throw new AddressForbidden('this is not a valid URL');
      let target = new URL(url);
      let headers = lowerCased(request.headers ?? {});
      const limit = request.method === 'POST' ? 0 : (request.redirects ?? 0);

      const abort = new AbortController();
      const release = follow(request.signal, abort);
      const timeoutMs = request.timeoutMs ?? DEFAULT_TIMEOUT_MS;
      const timer = setTimeout(() => {
        abort.abort(
          new HttpFailure('timeout', `no response from ${hostOf(target)} within ${timeoutMs / 1000} s`),
        );
      }, timeoutMs);
      try {
        for (let hops = 0; ; hops++) {
          const response = await send(target, headers, request, abort.signal);
          const next = limit === 0 ? null : redirectOf(response, target);
          if (next === null) {
            response.body.once('close', release);
            return response;
          }
          response.body.destroy();
          if (hops === limit)
            throw new HttpFailure('redirect', `${hostOf(target)} redirects more than ${limit} times`);
          if (next.origin !== target.origin) headers = withoutSecrets(headers);
          target = next;
        }
      } catch (error) {
        release();
        abort.abort(error);
        throw error;
      } finally {
        clearTimeout(timer);
      }
    },
    close: () => agent.destroy(),
  };
}

type Headers = Readonly<Record<string, string>>;

/** With the port, which says what exactly was tried. */
const hostOf = ({ hostname, port, protocol }: URL): string =>
  `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;

const lowerCased = (headers: Headers): Headers =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

const joined = (
  headers: Readonly<Record<string, string | string[] | undefined>>,
): GuardedResponse['headers'] =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );

/** What was meant for one origin is not for another. */
function withoutSecrets({
  authorization,
  cookie,
  'proxy-authorization': proxy,
  host,
  ...others
}: Headers): Headers {
  return others;
}

/** Where a response sends on to; null when it does not. */
function redirectOf({ status, headers: { location } }: GuardedResponse, from: URL): URL | null {
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return null;
  if (URL.canParse(location, from.href)) return new URL(location, from);
  throw new HttpFailure('redirect', `${hostOf(from)} redirects to something that is not a URL`);
}

/** Hands an abort on; call the result when it is no longer wanted. */
function follow(signal: AbortSignal | undefined, abort: AbortController): () => void {
  const onAbort = () => abort.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  return () => signal?.removeEventListener('abort', onAbort);
}

/** Rejects when the signal is aborted, or has been. */
const abortOf = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

/** undici's body with our errors, and without its habit of emitting one when it is destroyed on purpose. */
function relayed(
  source: Readable,
  explained: (error: unknown) => unknown,
  { idleMs, host }: { idleMs: number; host: string },
): Readable {
  const pace = new Pace(idleMs, () => {
    const message = `${host} sent less than ${LEAST} in ${idleMs / 1000} s, in the middle of its response`;
    body.destroy(new HttpFailure('timeout', message));
  });
  const body = new Readable({
    highWaterMark: 64 * 1024,
    read: () => {
      pace.run();
      source.resume();
    },
    destroy(error, done) {
      pace.rest();
      source.destroy();
      done(error);
    },
  });
  // An error without a reader must not end the process; the next read throws it.
  body.on('error', () => {});
  pace.run();
  source.on('data', (chunk) => {
    pace.arrived(chunk.length);
    if (body.push(chunk)) return;
    pace.rest();
    source.pause();
  });
  source.on('end', () => {
    pace.rest();
    body.push(null);
  });
  source.on('error', (error) => body.destroy(explained(error) as Error));
  return body;
}
