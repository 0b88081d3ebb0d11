/**
 * Outbound HTTP for assets and callbacks, to URLs that clients choose. Requests cannot reach the operator's network and do
 * not hang; a truncated body is an error. Proxy variables of the environment are ignored, since a proxy would resolve names
 * itself.
 */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP } from 'node:net';
import type { Readable } from 'node:stream';
import type { NameResolver } from './dns/resolver.ts';
import { exchange } from './exchange.ts';
import { failureOf, HttpFailure } from './http-failure.ts';
import { createLookup } from './lookup.ts';
import { AddressForbidden, type NetworkPolicy, toDestination } from './network-policy.ts';
import { relayBody } from './relay-body.ts';

export { HttpFailure, type HttpFailureKind } from './http-failure.ts';
export { AddressForbidden } from './network-policy.ts';

interface GuardedRequest {
  /** For whom. Each tenant has a share of the lookups. */
  readonly tenant?: string;
  /** Default GET. */
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT';
  readonly headers?: Readonly<Record<string, string>>;
  /** A function opens a stream, again for each attempt. */
  readonly body?: string | Uint8Array | (() => Readable);
  /** Ends the request at any time, the body included; the error is the signal's reason. */
  readonly signal?: AbortSignal;
  /** How many redirects to follow, each checked like the first URL. Default 0; a POST or PUT is never redirected. */
  readonly redirects?: number;
  /** Milliseconds until the headers of the final response. Default 30 s. */
  readonly timeoutMs?: number;
  /** Milliseconds in which `leastBytes` of the body must arrive, or its end. Default 30 s. */
  readonly idleMs?: number;
  /** Default 64 KiB. */
  readonly leastBytes?: number;
  /** Milliseconds for the whole exchange. Default: no limit. */
  readonly maxMs?: number;
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
  readonly policy: NetworkPolicy;
  readonly resolver: NameResolver;
  /** Milliseconds. Default 10 s. */
  readonly connectTimeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 30_000;

/** Milliseconds that an unused connection stays open. */
const IDLE_CONNECTION_MS = 30_000;

export function createGuardedHttp(options: GuardedHttpOptions): GuardedHttp {
  const { policy, resolver, connectTimeoutMs = 10_000 } = options;
  // Pools are not shared with clients of another policy, which could use a connection that it forbids.
  const pooling = { keepAlive: true, timeout: IDLE_CONNECTION_MS, maxFreeSockets: 64 };
  const pools = { 'http:': new HttpAgent(pooling), 'https:': new HttpsAgent(pooling) };

  /** Sends one request, without following redirects. */
  async function send(
    url: URL,
    headers: Headers,
    request: GuardedRequest,
    signal: AbortSignal,
  ): Promise<GuardedResponse> {
    const refusal = policy.findRefusal(url.href);
    if (refusal !== null) throw new AddressForbidden(refusal);
    const { host, port } = toDestination(url);
    const explained = (error: unknown) => {
      if (signal.aborted) return signal.reason;
      return error instanceof AddressForbidden ? error : failureOf(error, hostOf(url));
    };
    try {
      // Node looks up names only.
      if (isIP(host) !== 0) await policy.check(host, port, [host]);
      const response = await exchange(url, pools[url.protocol as keyof typeof pools], {
        method: request.method ?? 'GET',
        headers: { accept: '*/*', 'user-agent': 'darkroom', ...headers, 'accept-encoding': 'identity' },
        body: request.body,
        lookup: createLookup({ resolver, policy, port, tenant: request.tenant ?? '' }),
        connectTimeoutMs,
        signal,
      });
      return {
        status: response.statusCode ?? 0,
        headers: joined(response.headers),
        body: relayBody(response, explained, {
          periodMs: request.idleMs ?? DEFAULT_TIMEOUT_MS,
          leastBytes: request.leastBytes,
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
      const limit = /^P/.test(request.method ?? '') ? 0 : (request.redirects ?? 0);

      const abort = new AbortController();
      const unfollow = follow(request.signal, abort);
      const { timeoutMs = DEFAULT_TIMEOUT_MS, maxMs } = request;
      const deadline =
        maxMs &&
        setTimeout(() => {
          const message = `${hostOf(target)} has not sent its whole response within ${maxMs / 1000} s`;
          abort.abort(new HttpFailure('deadline', message));
        }, maxMs);
      const release = () => {
        unfollow();
        clearTimeout(deadline);
      };
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
    async close() {
      for (const pool of Object.values(pools)) pool.destroy();
    },
  };
}

type Headers = Readonly<Record<string, string>>;

/** Returns host and port for messages. */
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

/** Removes headers that are meant for one origin only. */
function withoutSecrets({
  authorization,
  cookie,
  'proxy-authorization': proxy,
  host,
  ...others
}: Headers): Headers {
  return others;
}

/** Returns the target of a redirect; null for other responses. */
function redirectOf({ status, headers: { location } }: GuardedResponse, from: URL): URL | null {
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return null;
  if (URL.canParse(location, from.href)) return new URL(location, from);
  throw new HttpFailure('redirect', `${hostOf(from)} redirects to something that is not a URL`);
}

/** Forwards an abort. Returns a function that stops forwarding. */
function follow(signal: AbortSignal | undefined, abort: AbortController): () => void {
  const onAbort = () => abort.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  return () => signal?.removeEventListener('abort', onAbort);
}
