/** Large bodies, sent and received with as little work on this side as there can be. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';

export const MB = 1024 * 1024;

const block = Buffer.alloc(MB);
// Unlike each other, lest a disk or a file system makes something of zeros.
for (let at = 0; at < MB; at += 4) block.writeUInt32LE(Math.imul(at, 0x9e3779b1) >>> 0, at);

const BOUNDARY = 'bench-boundary';

/** Sends a form of a job and one file of so many megabytes. Throws what the server said when it does not take it. */
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
  const answered = once(outgoing, 'response');
  outgoing.write(head);
  for (let sent = 0; sent < megabytes; sent++) if (!outgoing.write(block)) await once(outgoing, 'drain');
  outgoing.end(tail);
  const [answer] = (await answered) as [IncomingMessage];
  const said = Buffer.concat(await answer.toArray()).toString();
  if ((answer.statusCode ?? 0) >= 300) throw new Error(said);
}

/** Reads a body to its end and gives its bytes. Throws when it is cut off, or no success. */
export async function receive(url: string): Promise<number> {
  const outgoing = request(url).end();
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  if (answer.statusCode !== 200) throw new Error(`${url} was answered ${answer.statusCode}`);
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) bytes += chunk.length;
  return bytes;
}
