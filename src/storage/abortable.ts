/** Streams that are read later, or not at all. */
import { addAbortSignal, type Readable } from 'node:stream';

/** Keeps an error before the first read from ending the process; the read throws it. Destroys the stream when the signal aborts. */
export function abortable(source: Readable, signal: AbortSignal | undefined): Readable {
  source.on('error', () => {});
  return signal === undefined ? source : addAbortSignal(signal, source);
}
