/**
 * A minimal web server, the baseline of the benchmarks: stores uploads, sends files, and serves small assets. Its arguments
 * are a directory for uploads, and one whose files it sends.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const [, , own = '', folder = ''] = process.argv;

/** Bytes per read, as in the store. */
const BLOCK = 256 * 1024;

/** Writes a body to the disk; with `?hash`, hashes it. */
async function keep(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const hash = request.url === '/keep?hash' ? createHash('sha256') : null;
  const file = await open(join(own, 'kept'), 'w');
  for await (const chunk of request as AsyncIterable<Buffer>) {
    hash?.update(chunk);
    await file.write(chunk);
  }
  await file.datasync();
  await file.close();
  response.end(hash?.digest('hex'));
}

/** Sends all files of the folder, one after the other, by name. */
async function sendAll(response: ServerResponse): Promise<void> {
  const paths = (await readdir(folder)).sort().map((name) => join(folder, name));
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
  response.setHeader(
    'content-length',
    sizes.reduce((sum, size) => sum + size, 0),
  );
  await pipeline(async function* () {
    for (const path of paths) yield* createReadStream(path, { highWaterMark: BLOCK });
  }, response);
}

const picture = await readFile(join(own, 'picture.png')).catch(() => Buffer.of());

const server = createServer((request, response) => {
  const { url = '/' } = request;
  const failed = (error: unknown) => response.destroy(error as Error);
  if (url.startsWith('/keep')) return void keep(request, response).catch(failed);
  if (url === '/all') return void sendAll(response).catch(failed);
  response.end(url.endsWith('.png') ? picture : `The asset ${url}\n`);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' ? address?.port : 0);
});
process.once('disconnect', () => process.exit());
