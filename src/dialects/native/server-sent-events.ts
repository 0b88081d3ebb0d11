/** Server-sent events (WHATWG HTML, section 9.2): what the streams of events and logs share. */

/** Keeps proxies from closing an idle stream. */
export const HEARTBEAT_MS = 15_000;
/** Delay of a client before it reconnects. */
const RECONNECT_MS = 2000;

/** The id of the last event of a run. A client that connects with it gets 204. */
export const endOf = (run: number): string => `${run}.end`;

/** What `streamText` sends besides the events. */
export const eventFrame = (heartbeatMs = HEARTBEAT_MS) => ({
  head: `retry: ${RECONNECT_MS}\n\n`,
  heartbeat: { text: ': heartbeat\n\n', ms: heartbeatMs },
});

export const formatEvent = (name: string, data: unknown, id?: string): string =>
  `event: ${name}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
