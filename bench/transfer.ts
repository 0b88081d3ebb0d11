/** Sends and receives large bodies with as little CPU time as possible. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';

export const MB = 1024 * 1024;

const block = Buffer.alloc(MB);
// Different bytes: a file system or disk may store zeros in a cheaper way.
for (let at = 0; at < MB; at += 4) block.writeUInt32LE(Math.imul(at, 0x9e3779b1) >>> 0, at);

const BOUNDARY = 'bench-boundary';

/** Uploads a job with one file of `megabytes`. Throws the response if it is an error. */
export async function sendForm(url: string, job: object, megabytes: number): Promise<void> {
  const head =
    `--${BOUNDARY}\r\ncontent-disposition: form-data; name="job"\r\n\r\n${JSON.stringify(job)}\r\n` +
    `--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="large.bin"\r\n\r\n`;
  const tail = `\r\n--${BOUNDARY}--\r\n`;
  const outgoing = request(url, {
    method: 'POST',
    headers: {
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      'content-length': head.length + megabytes * MB + tail.length,
    },
  });
  const responded = once(outgoing, 'response');
  outgoing.write(head);
  for (let sent = 0; sent < megabytes; sent++) if (!outgoing.write(block)) await once(outgoing, 'drain');
  outgoing.end(tail);
  const [response] = (await responded) as [IncomingMessage];
  const body = Buffer.concat(await response.toArray()).toString();
  if ((response.statusCode ?? 0) >= 300) throw new Error(body);
}

/** Reads a body and returns its size in bytes. Throws if it is incomplete, or the status is not 200. */
export async function receive(url: string): Promise<number> {
  const outgoing = request(url).end();
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  if (answer.statusCode !== 200) throw new Error(`${url} returned ${answer.statusCode}`);
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) bytes += chunk.length;
  return bytes;
}
