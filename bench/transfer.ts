/** Sends and receives large bodies with as little CPU time as possible. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';

export const MB = 1024 * 1024;

const block = Buffer.alloc(MB);
// Different bytes: a file system or disk may store zeros in a cheaper way.
for (let at = 0; at < MB; at += 4) block.writeUInt32LE(Math.imul(at, 0x9e3779b1) >>> 0, at);

const BOUNDARY = 'bench-boundary';

export interface Digest {
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
}

/** A form of a job and one file. */
export interface Form {
  readonly megabytes: number;
  readonly head: Buffer;
  readonly tail: Buffer;
  readonly file: Digest;
  readonly body: Digest;
}

export function createForm(job: object, megabytes: number): Form {
  const head = Buffer.from(
    `--${BOUNDARY}\r\ncontent-disposition: form-data; name="job"\r\n\r\n${JSON.stringify(job)}\r\n` +
      `--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="large.bin"\r\n\r\n`,
  );
  const tail = Buffer.from(`\r\n--${BOUNDARY}--\r\n`);
  const file = Array.from({ length: megabytes }, () => block);
  return { megabytes, head, tail, file: digestOf(file), body: digestOf([head, ...file, tail]) };
}

/** Sends a form and returns the response. Throws the response if it is an error. */
export async function sendForm(url: string, { megabytes, head, tail, body }: Form): Promise<string> {
  const outgoing = request(url, {
    method: 'POST',
    headers: {
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      'content-length': body.size,
    },
  });
  const responded = once(outgoing, 'response');
  outgoing.write(head);
  for (let sent = 0; sent < megabytes; sent++) if (!outgoing.write(block)) await once(outgoing, 'drain');
  outgoing.end(tail);
  const [response] = (await responded) as [IncomingMessage];
  const text = Buffer.concat(await response.toArray()).toString();
  if ((response.statusCode ?? 0) >= 300) throw new Error(text);
  return text;
}

/** Reads a body to its end and returns its chunks, which costs no copy. Throws if it is incomplete, or the status is not 200. */
export async function receive(url: string): Promise<Buffer[]> {
  const outgoing = request(url).end();
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  if (answer.statusCode !== 200) throw new Error(`${url} returned ${answer.statusCode}`);
  const chunks: Buffer[] = [];
  for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
  return chunks;
}

export function digestOf(chunks: Iterable<Buffer>): Digest {
  const hash = createHash('sha256');
  let size = 0;
  for (const chunk of chunks) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { size, sha256: hash.digest('hex') };
}

/** Reads a stream to its end. Throws an AssertionError unless it has these bytes. */
export async function expectContent(stream: AsyncIterable<Buffer> | null, expected: Digest): Promise<void> {
  assert.ok(stream, 'There are no bytes');
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of stream) {
    hash.update(chunk);
    size += chunk.length;
  }
  assert.deepEqual({ size, sha256: hash.digest('hex') }, expected);
}
