/** Histories as text: JSON, one event a line. */
import proto, { type temporal } from '@temporalio/proto';

type History = temporal.api.history.v1.History;

const { History } = proto.temporal.api.history.v1;

/**
 * Without stacks, which tell of the machine that it was made on. Not by the SDK's own functions for JSON: they fail where npm installs
 * more than one copy of protobufjs.
 */
export function textOf(history: temporal.api.history.v1.IHistory): string {
  const options = { longs: String, enums: String, bytes: String };
  const { events } = History.toObject(History.fromObject(history), options) as { events: unknown[] };
  const lines = events.map((event) =>
    JSON.stringify(event, (key, value: unknown) => (key === 'stackTrace' ? undefined : value)),
  );
  return `{"events":[\n${lines.join(',\n')}\n]}\n`;
}

/** Throws when the text is no history. */
export const historyOf = (text: string): History =>
  History.fromObject(JSON.parse(text) as Record<string, unknown>);
