/** Checks the events of a job. */
import type { JobEvent } from '../load/follow.ts';
import type { Violation } from './violation.ts';

/** Downloading and waiting alternate; the others come once, in this order. */
const order = ['created', 'queued', 'downloading', 'waiting', 'processing', 'packaging'];
const ends = ['completed', 'failed', 'cancelled'];

/** Returns what is wrong: numbers that do not grow, states that go back, more than one end. */
export function checkEvents(id: string, events: readonly JobEvent[]): Violation[] {
  const shown = events.map(({ id, state }) => `${id} ${state}`).join(', ');
  const numbers = events.filter(({ event }) => event === 'state').map(({ id }) => Number(id.split('.')[1]));
  const states = events.filter(({ event }) => event === 'state').map(({ state }) => state);
  const violation = (kind: Violation['kind'], message: string): Violation => ({
    kind,
    what: `job ${id}`,
    message: `${message}: ${shown}`,
  });
  const found: Violation[] = [];
  if (numbers.some((number, index) => index > 0 && number <= (numbers[index - 1] ?? 0)))
    found.push(violation('duplicated', 'its events repeat or are out of order'));
  if (events.filter(({ event }) => event === 'end').length !== 1)
    found.push(violation('duplicated', 'its stream has not exactly one end'));
  if (states.filter((state) => ends.includes(state)).length > 1)
    found.push(violation('duplicated', 'it ended more than once'));
  const ranks = states.map((state) => (ends.includes(state) ? order.length : order.indexOf(state)));
  const goesBack = (rank: number, index: number) =>
    rank < (ranks[index - 1] ?? 0) && !(rank === 2 && ranks[index - 1] === 3);
  if (ranks.some(goesBack)) found.push(violation('wrong', 'its state went back'));
  return found;
}
