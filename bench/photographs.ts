/** Photographs for benchmarks: a server that sends them and receives callbacks, and their pixels. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import sharp from 'sharp';

/** Creates a JPEG with the detail of a photograph: enlarged noise. */
export async function createPhotograph(width: number, height: number): Promise<Buffer> {
  const raw = { width: width / 8, height: height / 8, channels: 3 as const };
  return sharp(randomBytes(raw.width * raw.height * 3), { raw })
    .resize(width, height)
    .jpeg({ quality: 90 })
    .toBuffer();
}

export interface PhotographServer {
  readonly url: string;
  /** Resolves once this many callbacks have arrived, with their bodies. */
  callbacks(count: number): Promise<string[]>;
  /** Calls `listener` with the body of each callback from now on. */
  onCallback(listener: (body: string) => void): void;
  close(): void;
}

/**
 * Sends the photograph to each request, with the path of the request in a comment: no two jobs get the same bytes. Receives
 * callbacks by POST.
 */
export async function startPhotographServer(photo: Buffer): Promise<PhotographServer> {
  let arrived: string[] = [];
  let waiting: { count: number; resolve: (bodies: string[]) => void } | null = null;
  let listener: (body: string) => void = () => undefined;
  const server = createServer((request, response) => {
    if (request.method !== 'POST') {
      request.resume();
      return void response.end(withComment(photo, request.url ?? ''));
    }
    void text(request).then((body) => {
      response.writeHead(204).end();
      arrived.push(body);
      listener(body);
      if (waiting && arrived.length >= waiting.count) waiting.resolve(arrived);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    callbacks: (count) =>
      new Promise((resolve) => {
        arrived = [];
        waiting = { count, resolve };
      }),
    onCallback: (next) => {
      listener = next;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Inserts a comment segment after the start of a JPEG. Its pixels stay the same. */
function withComment(jpeg: Buffer, comment: string): Buffer {
  const text = Buffer.from(comment);
  const head = Buffer.of(0xff, 0xfe, 0, text.length + 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, text, jpeg.subarray(2)]);
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Returns the RGB levels. Throws an AssertionError unless this is a WebP of the size. */
export async function readPixels(bytes: Buffer, { width, height }: Size): Promise<Buffer> {
  const metadata = await sharp(bytes).metadata();
  assert.deepEqual([metadata.format, metadata.width, metadata.height], ['webp', width, height]);
  return sharp(bytes).removeAlpha().raw().toBuffer();
}
