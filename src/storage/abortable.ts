/** Streams that wait to be read. */
import { addAbortSignal, type Readable } from 'node:stream';

/** Readies a stream to be read later: an error before the first read must not end the process; the read meets it again. */
export function abortable(source: Readable, signal: AbortSignal | undefined): Readable {
  source.on('error', () => {});
  return signal === undefined ? source : addAbortSignal(signal, source);
}
