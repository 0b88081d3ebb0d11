/** Histories as text: JSON, one event a line. */
import proto, { type temporal } from '@temporalio/proto';

type History = temporal.api.history.v1.History;

const { History } = proto.temporal.api.history.v1;

/**
 * Formats a history without stack traces, which contain paths of the machine. The SDK's own functions for JSON are not used: they fail
 * where npm installs more than one copy of protobufjs.
 */
export function formatHistory(history: temporal.api.history.v1.IHistory): string {
  const options = { longs: String, enums: String, bytes: String };
  const { events } = History.toObject(History.fromObject(history), options) as { events: unknown[] };
  const lines = events.map((event) =>
    JSON.stringify(event, (key, value: unknown) => (key === 'stackTrace' ? undefined : value)),
  );
  return `{"events":[\n${lines.join(',\n')}\n]}\n`;
}

/** @throws TypeError or SyntaxError when the text is not a history. */
export const parseHistory = (text: string): History =>
  History.fromObject(JSON.parse(text) as Record<string, unknown>);
