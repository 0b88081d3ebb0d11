/** Sends requests to one server, with timeouts and retries. */
import { withTimeout } from '../lib/with-timeout.ts';
import { DarkroomProblem, readProblem } from './problem.ts';
import { sleep } from './sleep.ts';

export interface ClientOptions {
  /** Address of the server, such as http://127.0.0.1:8080. It may have a path, and a key as in https://any:KEY@host. */
  readonly url: string;
  /** An API key or an access token. A function is called before each request. */
  readonly token?: string | (() => string | Promise<string>) | undefined;
  /** Sent with each request, for example for a gateway. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly fetch?: typeof globalThis.fetch;
  /**
   * Milliseconds to wait for a response. Uploads, and downloads once they have started, have no limit.
   * @default 30_000
   */
  readonly timeoutMs?: number;
  /**
   * Number of retries after an outage, and after a limit that asks to wait for a minute at most.
   * @default 3
   */
  readonly retries?: number;
}

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Relative to the server's address, escaped. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | readonly string[] | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | FormData;
  /** A value that is sent as JSON, instead of `body`. */
  readonly value?: object | undefined;
  /** True if the request is idempotent and may be retried. Default: true for GET. */
  readonly repeatable?: boolean;
  /** Milliseconds; null for no limit. */
  readonly timeoutMs?: number | null;
  readonly signal?: AbortSignal | undefined;
}

const TIMEOUT_MS = 30_000;
const RETRIES = 3;
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 30_000;
/** Milliseconds of Retry-After that are waited for after a limit; a longer time is an error for the caller. */
const LONGEST_LIMIT_MS = 60_000;

/** Path of a job. */
export const jobPath = (id: string): string => `/v1/jobs/${encodeURIComponent(id)}`;

export class Transport {
  readonly #options: ClientOptions;
  readonly #base: string;
  readonly #token: NonNullable<ClientOptions['token']>;

  /** @throws TypeError if `url` is not an HTTP address */
  constructor(options: ClientOptions) {
    if (!/^https?:\/\//.test(options.url) || !URL.canParse(options.url))
      throw new TypeError(`"${options.url}" is not the address of a server, such as http://127.0.0.1:8080`);
    // `fetch` rejects addresses with a password, and messages must not show it.
    const url = new URL(options.url);
    this.#token = options.token || decodeURIComponent(url.password);
    [url.username, url.password] = ['', ''];
    this.#options = options;
    this.#base = url.href.replace(/\/+$/, '');
  }

  json<T>(call: Call): Promise<T> {
    return this.send(call, async (response) => (await response.json()) as T);
  }

  /** Resolves with a response whose body is unread. */
  open(call: Call): Promise<Response> {
    return this.send(call, async (response) => response);
  }

  /** Resolves once the whole response has arrived, and ignores its content. */
  async discard(call: Call): Promise<void> {
    await this.send(call, (response) => response.arrayBuffer());
  }

  /** The timeout and the retries include `read`. */
  async send<T>(call: Call, read: (response: Response) => Promise<T>): Promise<T> {
    const { repeatable = (call.method ?? 'GET') === 'GET' } = call;
    const { retries = RETRIES } = this.#options;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#attempt(call, read);
      } catch (error) {
        if (attempt >= retries || !(error instanceof DarkroomProblem)) throw error;
        // A limit refuses a request before anything is done, so any request may be sent again.
        if (!error.isLimited && !(repeatable && error.isOutage)) throw error;
        const delay = error.retryAfterMs ?? FIRST_DELAY_MS * 2 ** attempt * (0.75 + Math.random() / 2);
        if (error.isLimited && delay > LONGEST_LIMIT_MS) throw error;
        await sleep(error.isLimited ? delay : Math.min(delay, LONGEST_DELAY_MS), call.signal);
      }
    }
  }

  async #attempt<T>(call: Call, read: (response: Response) => Promise<T>): Promise<T> {
    const { timeoutMs = this.#options.timeoutMs ?? TIMEOUT_MS, signal } = call;
    signal?.throwIfAborted();
    return withTimeout(timeoutMs, signal, async (either, isLate) => {
      try {
        const response = await this.#fetch(call, either);
        if (!response.ok && response.status !== 304) throw await readProblem(response);
        return await read(response);
      } catch (error) {
        if (error instanceof DarkroomProblem) throw error;
        signal?.throwIfAborted();
        const [code, what] = isLate()
          ? ['timeout', `did not answer within ${Number(timeoutMs) / 1000} s`]
          : ['unreachable', `cannot be reached: ${readReason(error)}`];
        const detail = `The server at ${this.#base} ${what}`;
        throw new DarkroomProblem({ status: 0, code, detail, retryable: true }, { cause: error });
      }
    });
  }

  async #fetch(
    { method = 'GET', path, query = {}, headers, value, body = value && JSON.stringify(value) }: Call,
    signal: AbortSignal,
  ): Promise<Response> {
    const token = typeof this.#token === 'function' ? await this.#token() : this.#token;
    const url = new URL(this.#base + path);
    for (const [name, value] of Object.entries(query))
      for (const one of value === undefined ? [] : [value].flat()) url.searchParams.append(name, String(one));
    return (this.#options.fetch ?? fetch)(url, {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...this.#options.headers,
        ...(value && { 'content-type': 'application/json' }),
        ...headers,
      },
      signal,
      // Without these two, Node keeps a copy of the whole body in memory, for a redirect.
      ...(body === undefined ? {} : { body, redirect: 'error', window: null }),
    });
  }
}

/** `fetch` only says "fetch failed". Its cause has the reason: one error, or one per address that was tried. */
function readReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const first = (cause as AggregateError | undefined)?.errors?.[0] ?? cause;
  return first instanceof Error ? first.message : error.message;
}
