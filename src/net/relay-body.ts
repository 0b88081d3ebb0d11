/** Bodies of responses, from senders that may be slow or break off. */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { HttpFailure } from './http-failure.ts';
import { Pace } from './pace.ts';

/**
 * Returns the body of a response with our errors, limited to senders that are fast enough.
 *
 * @param explained - Converts the errors of the connection.
 */
export function relayBody(
  source: IncomingMessage,
  explained: (error: unknown) => unknown,
  { host, ...required }: { host: string; periodMs: number; leastBytes: number | undefined },
): Readable {
  const pace = new Pace({
    ...required,
    onSlow: (what) =>
      body.destroy(new HttpFailure('timeout', `${host} sent ${what}, in the middle of its response`)),
  });
  const body = new Readable({
    highWaterMark: 64 * 1024,
    read: () => {
      pace.run();
      source.resume();
    },
    destroy(error, done) {
      pace.rest();
      source.destroy();
      done(error);
    },
  });
  // An error without a reader must not end the process; the next read throws it.
  body.on('error', () => {});
  pace.run();
  source.on('data', (chunk) => {
    pace.arrived(chunk.length);
    if (body.push(chunk)) return;
    pace.rest();
    source.pause();
  });
  source.on('end', () => {
    pace.rest();
    if (source.complete) body.push(null);
  });
  source.on('error', (error) => body.destroy(explained(error) as Error));
  source.on('close', () => {
    if (!source.complete) body.destroy(explained(truncation(source)) as Error);
  });
  return body;
}

/** The error of a body that ended early. */
const truncation = ({ headers }: IncomingMessage): Error =>
  Object.assign(new Error('truncated'), {
    code: headers['content-length'] === undefined ? 'ECONNRESET' : 'CONTENT_LENGTH_MISMATCH',
  });
