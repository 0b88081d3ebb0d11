/** Bytes on their way out of S3. */
import { Readable } from 'node:stream';
import { noAnswer } from './errors.ts';

/** For the next piece, while somebody waits for it; who reads slowly may take longer. */
const IDLE_MS = 60_000;

/** The body of an answer, with errors as `explain` makes them. Its end, or destroying it, gives the connection back. */
export function reading(body: Readable, explain: (error: unknown) => Error): Readable {
  // Before the first read and after the last one nobody else listens.
  body.on('error', () => {});
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  return new Readable({
    read() {
      const silence = setTimeout(() => body.destroy(noAnswer()), IDLE_MS);
      chunks.next().then(
        ({ done, value }) => {
          clearTimeout(silence);
          this.push(done ? null : value);
        },
        (error: unknown) => {
          clearTimeout(silence);
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
