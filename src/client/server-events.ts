/** Server-sent events, over several connections if needed. */
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { OutageRetry } from './outage-retry.ts';
import { DarkroomProblem } from './problem.ts';
import { sleep } from './sleep.ts';
import type { Transport } from './transport.ts';

/** The server sends a heartbeat more often than this. A connection that is silent for longer is dead. */
const SILENCE_MS = 60_000;
const RECONNECT_MS = 1000;

export interface EventOptions {
  readonly signal?: AbortSignal | undefined;
  /**
   * Maximum length of an outage, in milliseconds.
   * @default 300_000
   */
  readonly outageMs?: number;
}

/**
 * Yields the events of a stream. Connects again after a broken connection, until the caller stops.
 *
 * @throws DarkroomProblem, with `events_unavailable` if the response is no event stream
 */
export async function* serverEvents(
  transport: Transport,
  path: string,
  options: EventOptions,
): AsyncGenerator<EventSourceMessage, never> {
  const { signal } = options;
  const outageRetry = new OutageRetry(options);
  let last: string | undefined;
  for (let delay = RECONNECT_MS; ; ) {
    try {
      const body = await connect(transport, path, last, signal);
      for await (const message of messages(body, (ms) => (delay = ms))) {
        outageRetry.reset();
        last = message.id ?? last;
        yield message;
      }
    } catch (error) {
      signal?.throwIfAborted();
      await outageRetry.wait(error);
      continue;
    }
    await sleep(delay, signal);
  }
}

async function connect(
  transport: Transport,
  path: string,
  last: string | undefined,
  signal: AbortSignal | undefined,
): Promise<ReadableStream<Uint8Array>> {
  const headers = { accept: 'text/event-stream', ...(last === undefined ? {} : { 'last-event-id': last }) };
  const response = await transport.open({ path, headers, signal });
  if (response.body && response.headers.get('content-type')?.startsWith('text/event-stream'))
    return response.body;
  await response.body?.cancel();
  const detail = 'The response is not a stream of events';
  throw new DarkroomProblem({ status: 406, code: 'events_unavailable', detail, retryable: false });
}

/** Returns when the connection ends, for any reason. */
async function* messages(
  body: ReadableStream<Uint8Array>,
  onRetry: (ms: number) => void,
): AsyncGenerator<EventSourceMessage> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const parsed: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (message) => parsed.push(message), onRetry });
  let silence: ReturnType<typeof setTimeout> | undefined;
  const closed = { done: true, value: undefined } as const;
  try {
    for (;;) {
      const silent = new Promise<typeof closed>((resolve) => {
        silence = setTimeout(resolve, SILENCE_MS, closed);
      });
      const { done, value } = await Promise.race([reader.read().catch(() => closed), silent]);
      clearTimeout(silence);
      if (done) return;
      parser.feed(decoder.decode(value, { stream: true }));
      yield* parsed.splice(0);
    }
  } finally {
    clearTimeout(silence);
    // Closes the connection if the caller stops early. It may be broken already.
    await reader.cancel().catch(() => undefined);
  }
}
