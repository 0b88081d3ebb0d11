/** Reads the body of a response of S3. */
import { Readable } from 'node:stream';
import { createTimeoutError } from './errors.ts';

/** Limit for the next chunk while the reader waits. Slow readers may take longer. */
const IDLE_MS = 60_000;

/** Wraps a body and translates its errors. The connection is released at the end or when the stream is destroyed. */
export function reading(body: Readable, explain: (error: unknown) => Error): Readable {
  // Errors before the first read and after the last one have no other listener.
  body.on('error', () => {});
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  return new Readable({
    read() {
      const timer = setTimeout(() => body.destroy(createTimeoutError()), IDLE_MS);
      chunks.next().then(
        ({ done, value }) => {
          clearTimeout(timer);
          this.push(done ? null : value);
        },
        (error: unknown) => {
          clearTimeout(timer);
          this.destroy(explain(error));
        },
      );
    },
    destroy(error, done) {
      body.destroy();
      done(error);
    },
  });
}
