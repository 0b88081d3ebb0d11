/** Checks the callbacks of a job. */
import type { Callback } from '../site.ts';
import type { Violation } from './violation.ts';

/** `job.completed`, and the statuses of compatible APIs. */
const isEnd = (event: string): boolean => /(completed|failed|cancelled)$/i.test(event);

/**
 * Returns what is wrong: an event with several ids, an id with several events, an end that was not accepted by the receiver, or
 * another end than the job had.
 */
export function checkCallbacks(id: string, state: string, callbacks: readonly Callback[]): Violation[] {
  const own = callbacks.filter(({ job }) => job === id);
  const found: Violation[] = [];
  const report = (kind: Violation['kind'], message: string) =>
    found.push({ kind, what: `job ${id}`, message });
  for (const event of new Set(own.map(({ event }) => event))) {
    const ids = new Set(own.filter((callback) => callback.event === event).map(({ webhookId }) => webhookId));
    if (ids.size > 1) report('duplicated', `${event} was delivered with ${ids.size} ids: ${[...ids]}`);
  }
  const events = new Map(own.map(({ webhookId, event }) => [webhookId, event]));
  if (own.some(({ webhookId, event }) => events.get(webhookId) !== event))
    report('duplicated', 'one id was used for several events');
  const delivered = own.filter(({ event, wasAccepted }) => isEnd(event) && wasAccepted);
  if (delivered.length === 0) report('lost', `no callback was delivered at its end (${state})`);
  const other = own.find(({ event }) => isEnd(event) && !event.toLowerCase().endsWith(state));
  if (other) report('wrong', `it is ${state}, and the callback said ${other.event}`);
  return found;
}
