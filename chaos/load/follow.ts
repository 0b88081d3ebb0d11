/** Follows a job by its events, with a new connection after each that breaks. */

import { setTimeout as sleep } from 'node:timers/promises';
import { EventSourceParserStream } from 'eventsource-parser/stream';

export interface JobEvent {
  readonly event: string;
  readonly id: string;
  readonly state: string;
}

const PAUSE_MS = 200;
/** Milliseconds in which a job must end once nothing is killed any longer. */
const PATIENCE_MS = 300_000;

/**
 * Resolves when the job has ended, with its transitions and the end.
 *
 * @param isCalm - Whether the server is undisturbed: only this time counts.
 * @throws Error if the job does not end within five calm minutes.
 */
export async function followJob(url: string, id: string, isCalm: () => boolean): Promise<JobEvent[]> {
  const events: JobEvent[] = [];
  let deadline = Date.now() + PATIENCE_MS;
  while (events.at(-1)?.event !== 'end') {
    const stop = new AbortController();
    const timer = setInterval(() => {
      if (!isCalm()) deadline = Date.now() + PATIENCE_MS;
      if (Date.now() > deadline) stop.abort();
    }, 1000);
    await readEvents(`${url}/v1/jobs/${id}/events`, events, stop.signal).catch(() => undefined);
    clearInterval(timer);
    if (stop.signal.aborted) throw new Error(`Job ${id} does not end: ${JSON.stringify(events.at(-1))}`);
    await sleep(PAUSE_MS);
  }
  return events;
}

/** Appends events until the connection ends. */
async function readEvents(url: string, events: JobEvent[], signal: AbortSignal): Promise<void> {
  const last = events.at(-1)?.id;
  const headers: Record<string, string> = last === undefined ? {} : { 'last-event-id': last };
  const response = await fetch(url, { headers, signal });
  if (!response.ok || response.body === null) return void (await response.arrayBuffer());
  const parsed = response.body
    .pipeThrough(new TextDecoderStream() as never)
    .pipeThrough(new EventSourceParserStream());
  for await (const { event = 'message', id, data } of parsed as AsyncIterable<{
    event?: string;
    id?: string;
    data: string;
  }>)
    if (event !== 'progress')
      events.push({ event, id: String(id), state: (JSON.parse(data) as { state: string }).state });
}
