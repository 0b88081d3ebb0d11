/** Reads the events of a job (SSE), over several connections if needed. */
import type { EventSourceMessage } from 'eventsource-parser';
import { type EventOptions, serverEvents } from './server-events.ts';
import { jobPath, type Transport } from './transport.ts';
import type { Job, JobEvent, ProgressEvent, StateEvent } from './types.ts';

/**
 * Yields the events of a job and returns after the event `end`. Resumes after a broken connection.
 *
 * @throws DarkroomProblem, with `events_unavailable` if the response is no event stream
 */
export async function* events(
  transport: Transport,
  id: string,
  options: EventOptions = {},
): AsyncGenerator<JobEvent, void> {
  for await (const message of serverEvents(transport, `${jobPath(id)}/events`, options)) {
    const event = parseEvent(message);
    if (event) yield event;
    if (event?.type === 'end') return;
  }
}

/** Returns null for an unknown type, which later servers may send. */
function parseEvent({ event: type, data }: EventSourceMessage): JobEvent | null {
  if (type === 'end') return { type, job: JSON.parse(data) as Job };
  if (type === 'state') return { type, ...(JSON.parse(data) as Omit<StateEvent, 'type'>) };
  if (type === 'progress') return { type, ...(JSON.parse(data) as Omit<ProgressEvent, 'type'>) };
  return null;
}
