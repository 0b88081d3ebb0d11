/** Reads the log of a job. */
import { type EventOptions, serverEvents } from './server-events.ts';
import { jobPath, type Transport } from './transport.ts';
import type { LogEntry } from './types.ts';

export interface LogOptions extends EventOptions {
  /** True to wait for new entries until the job ends. */
  readonly follow?: boolean;
}

/** Yields each entry once, also after a broken connection. */
export async function* readLog(
  transport: Transport,
  id: string,
  { follow = false, ...options }: LogOptions,
): AsyncGenerator<LogEntry, void> {
  const path = `${jobPath(id)}/log`;
  if (!follow) return yield* await readNow(transport, path, options.signal);
  const known = new Set<string>();
  for await (const { event, data } of serverEvents(transport, path, options)) {
    if (event === 'end') return;
    if (event !== 'log') continue;
    const entry = JSON.parse(data) as LogEntry;
    if (!known.has(entry.id)) yield entry;
    known.add(entry.id);
  }
}

async function readNow(
  transport: Transport,
  path: string,
  signal: AbortSignal | undefined,
): Promise<LogEntry[]> {
  const headers = { accept: 'application/x-ndjson' };
  const text = await transport.send({ path, headers, signal }, (response) => response.text());
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogEntry);
}
