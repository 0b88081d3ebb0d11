/**
 * Sends one HTTP request over `node:http`. Whatever the server does, the process survives: every error goes to the promise
 * or to the body.
 */
import {
  type ClientRequest,
  type Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { type Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import type { Readable } from 'node:stream';

export interface ExchangeOptions {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A function opens a stream. */
  readonly body: string | Uint8Array | (() => Readable) | undefined;
  readonly lookup: LookupFunction;
  /** Milliseconds for lookup, connection and TLS handshake. */
  readonly connectTimeoutMs: number;
  /** Ends the exchange at any time, the response body included. */
  readonly signal: AbortSignal;
}

/** Interim responses (1xx) before the response. Servers send one or two. */
const MAX_INTERIM = 100;

/** `false`: a connection of its own. */
type ConnectionPool = HttpAgent | HttpsAgent | false;

/**
 * Sends a request and resolves with the response once its headers are complete. A request on a pooled connection that the
 * server has closed meanwhile is sent again on a new one.
 *
 * @throws Errors of Node by `code`, CONNECT_TIMEOUT, or the reason of the signal
 */
export async function exchange(
  url: URL,
  pool: ConnectionPool,
  options: ExchangeOptions,
): Promise<IncomingMessage> {
  const attempt = await send(url, pool, options);
  if (!('isStale' in attempt)) return attempt;
  return exchange(url, false, options);
}

function send(
  url: URL,
  agent: ConnectionPool,
  { method, headers, body, lookup, connectTimeoutMs, signal }: ExchangeOptions,
): Promise<IncomingMessage | { isStale: true }> {
  return new Promise((resolve, reject) => {
    const settings: RequestOptions & { autoSelectFamilyAttemptTimeout: number } = {
      agent,
      method,
      headers,
      lookup,
      // The default of 250 ms per family is too short for distant servers.
      autoSelectFamilyAttemptTimeout: 1000,
    };
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, settings);
    let timer: NodeJS.Timeout | undefined;
    const abort = () => request.destroy(signal.reason as Error);
    const fail = (error: NodeJS.ErrnoException) => {
      const isStale =
        request.reusedSocket && !signal.aborted && ['ECONNRESET', 'EPIPE'].includes(error.code ?? '');
      if (isStale) resolve({ isStale });
      else reject(error);
    };
    request.on('socket', (socket: Socket) => {
      if (!socket.connecting) return;
      timer = setTimeout(() => request.destroy(withCode('CONNECT_TIMEOUT')), connectTimeoutMs);
      socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => clearTimeout(timer));
    });
    // The listener stays: errors also occur after the response, for example when the server closes during an upload.
    request.on('error', fail);
    request.on('close', () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      // Has no effect after a response.
      fail(withCode('ECONNRESET'));
    });
    // A server must not switch protocols without a request for it.
    request.on('upgrade', (_, socket) => {
      socket.destroy();
      fail(withCode('HPE_UNEXPECTED_UPGRADE'));
    });
    let interim = 0;
    request.on('information', () => {
      if (++interim > MAX_INTERIM) request.destroy(withCode('HPE_TOO_MANY_INTERIM'));
    });
    request.on('response', (response) => {
      // An error without a reader must not end the process.
      response.on('error', () => {});
      resolve(response);
    });
    signal.addEventListener('abort', abort, { once: true });
    // The lookup starts with the request, so the signal may have aborted since.
    if (signal.aborted) abort();
    if (typeof body === 'function') sendStream(body(), request);
    else request.end(body);
  });
}

/** Destroys the request if the stream fails. A request that ends first closes the stream. */
function sendStream(stream: Readable, request: ClientRequest): void {
  stream.on('error', (error) => request.destroy(error));
  request.on('close', () => stream.destroy());
  stream.pipe(request);
}

const withCode = (code: string): NodeJS.ErrnoException => Object.assign(new Error(code), { code });
