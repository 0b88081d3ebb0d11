/** Requests to one server: timed out, tried again where that does no harm, and refusals thrown as DarkroomProblem. */

import { withTimeout } from '../lib/with-timeout.ts';
import { DarkroomProblem, problemOf } from './problem.ts';
import { sleep } from './sleep.ts';

export interface ClientOptions {
  /** Of the server, such as http://127.0.0.1:8080; may have a path, and a key as in https://any:KEY@host. */
  readonly url: string;
  /** A key of the server or an access token, where it wants one; a function is asked before each request. */
  readonly token?: string | (() => string | Promise<string>) | undefined;
  /** Sent with each request, such as what a gateway wants to see. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly fetch?: typeof globalThis.fetch;
  /** Milliseconds that an answer may take; 30,000 unless given. Uploads take what they take, and so do downloads once begun. */
  readonly timeoutMs?: number;
  /** How often a request is made again after an outage; 3 unless given. */
  readonly retries?: number;
}

export interface Call {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  /** Below the server's address, escaped. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | FormData;
  /** Made twice, it does the same as once: it is made again when no answer came. True of GET unless given. */
  readonly repeatable?: boolean;
  /** Milliseconds; null: as long as it takes. */
  readonly timeoutMs?: number | null;
  readonly signal?: AbortSignal | undefined;
}

const TIMEOUT_MS = 30_000;
const RETRIES = 3;
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 30_000;

export class Transport {
  readonly #options: ClientOptions;
  readonly #base: string;
  readonly #token: NonNullable<ClientOptions['token']>;

  /** Throws TypeError when the address is none. */
  constructor(options: ClientOptions) {
    if (!/^https?:\/\//.test(options.url) || !URL.canParse(options.url))
      throw new TypeError(`"${options.url}" is not the address of a server, such as http://127.0.0.1:8080`);
    // `fetch` takes no address with a password, and messages must not tell it.
    const url = new URL(options.url);
    this.#token = options.token || decodeURIComponent(url.password);
    [url.username, url.password] = ['', ''];
    this.#options = options;
    this.#base = url.href.replace(/\/+$/, '');
  }

  json<T>(call: Call): Promise<T> {
    return this.send(call, async (response) => (await response.json()) as T);
  }

  /** Its body is still to be read. */
  open(call: Call): Promise<Response> {
    return this.send(call, async (response) => response);
  }

  /** `read` is part of what is timed, and of what is tried again. */
  async send<T>(call: Call, read: (response: Response) => Promise<T>): Promise<T> {
    const { repeatable = (call.method ?? 'GET') === 'GET' } = call;
    const retries = repeatable ? (this.#options.retries ?? RETRIES) : 0;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#attempt(call, read);
      } catch (error) {
        if (attempt >= retries || !(error instanceof DarkroomProblem && error.isOutage)) throw error;
        const delay = error.retryAfterMs ?? FIRST_DELAY_MS * 2 ** attempt * (0.75 + Math.random() / 2);
        await sleep(Math.min(delay, LONGEST_DELAY_MS), call.signal);
      }
    }
  }

  async #attempt<T>(call: Call, read: (response: Response) => Promise<T>): Promise<T> {
    const { timeoutMs = this.#options.timeoutMs ?? TIMEOUT_MS, signal } = call;
    signal?.throwIfAborted();
    return withTimeout(timeoutMs, signal, async (either, isLate) => {
      try {
        const response = await this.#fetch(call, either);
        if (!response.ok && response.status !== 304) throw await problemOf(response);
        return await read(response);
      } catch (error) {
        if (error instanceof DarkroomProblem) throw error;
        signal?.throwIfAborted();
        throw isLate()
          ? noAnswer(
              'timeout',
              `The server at ${this.#base} did not answer within ${Number(timeoutMs) / 1000} s`,
              error,
            )
          : noAnswer('unreachable', `The server at ${this.#base} cannot be reached: ${reason(error)}`, error);
      }
    });
  }

  async #fetch(
    { method = 'GET', path, query = {}, headers, body }: Call,
    signal: AbortSignal,
  ): Promise<Response> {
    const token = typeof this.#token === 'function' ? await this.#token() : this.#token;
    const url = new URL(this.#base + path);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, String(value));
    return (this.#options.fetch ?? fetch)(url, {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...this.#options.headers,
        ...headers,
      },
      signal,
      // Uploads: without these two Node keeps a second copy of the body, all of it, in case it has to be sent again.
      ...(body === undefined ? {} : { body, redirect: 'error', window: null }),
    });
  }
}

const noAnswer = (code: string, detail: string, cause: unknown): DarkroomProblem =>
  new DarkroomProblem({ status: 0, code, detail, retryable: true }, { cause });

/** `fetch` says "fetch failed", and keeps why in its cause: one error, or one for each address that was tried. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const first = (cause as AggregateError | undefined)?.errors?.[0] ?? cause;
  return first instanceof Error ? first.message : error.message;
}
