/** Server-sent events as they come over the wire: each with its id, and the comments between them. */
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { createParser } from 'eventsource-parser';
import type { Job } from '../../src/jobs/model/job.ts';

/** What the events of a job hold, whichever they are. */
type Data = Partial<Job> & { seq?: number; at?: string; links?: Record<string, string> };

export interface SentEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: Data;
}

export interface EventStream {
  readonly headers: IncomingHttpHeaders;
  /** Those that came so far. */
  readonly events: SentEvent[];
  readonly comments: string[];
  /** Milliseconds after which the server wants to be asked again. */
  readonly retry: () => number | undefined;
  /** Resolves when the connection has ended, however. */
  readonly ended: Promise<void>;
  close(): void;
}

/** Resolves when the answer has begun. Throws when it is not a stream of events. */
export async function openEvents(url: string, lastEventId?: string): Promise<EventStream> {
  const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, { agent: false, headers }).once('response', resolve).once('error', reject).end();
  });
  if (!response.headers['content-type']?.startsWith('text/event-stream')) {
    response.destroy();
    throw new Error(`${url} was answered ${response.statusCode}, and not with events`);
  }
  const events: SentEvent[] = [];
  const comments: string[] = [];
  let retry: number | undefined;
  const parser = createParser({
    onEvent: ({ event = 'message', id, data }) => events.push({ event, id, data: JSON.parse(data) as Data }),
    onComment: (comment) => comments.push(comment),
    onRetry: (ms) => (retry = ms),
  });
  response.setEncoding('utf8').on('data', (text: string) => parser.feed(text));
  // A connection that is cut is an error as well as an end.
  response.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => response.once('close', resolve));
  return {
    headers: response.headers,
    events,
    comments,
    retry: () => retry,
    ended,
    close: () => response.destroy(),
  };
}

export const idsOf = (events: readonly SentEvent[]): (string | undefined)[] =>
  events.flatMap(({ event, id }) => (event === 'progress' ? [] : [id]));
