/** Histories as text: JSON, one event per line. */
import proto, { type temporal } from '@temporalio/proto';

type History = temporal.api.history.v1.History;

const { History } = proto.temporal.api.history.v1;

/**
 * Formats a history without stack traces, which contain local paths. The SDK's JSON functions fail if npm has installed
 * several copies of protobufjs.
 */
export function formatHistory(history: temporal.api.history.v1.IHistory): string {
  const options = { longs: String, enums: String, bytes: String };
  const { events } = History.toObject(History.fromObject(history), options) as { events: unknown[] };
  const lines = events.map((event) =>
    JSON.stringify(event, (key, value: unknown) => (key === 'stackTrace' ? undefined : value)),
  );
  return `{"events":[\n${lines.join(',\n')}\n]}\n`;
}

/** @throws TypeError or SyntaxError if the text is not a history */
export const parseHistory = (text: string): History =>
  History.fromObject(JSON.parse(text) as Record<string, unknown>);
