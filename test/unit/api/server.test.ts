/** Bodies that never end hold no connection for ever. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { createHttpServer } from '../../../src/api/server/server.ts';

const LIMIT_MS = 400;
let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A server that answers with what it was sent. */
async function start(): Promise<number> {
  server = createHttpServer(async (request) => new Response(`got ${await request.text()}`), LIMIT_MS);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Sends the head of a request with a body of ten bytes, then five of them. */
async function begin(type: string): Promise<ReturnType<typeof connect>> {
  const socket = connect(await start(), '127.0.0.1');
  socket.write(
    `POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\ncontent-type: ${type}\r\n\r\n12345`,
  );
  return socket;
}

test('a body that is no form is cut off with 408', async () => {
  const socket = await begin('application/json');
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\nconnection: close\r\n/);
});

test('a form may take longer; where it is read, its pace is watched', async () => {
  const socket = await begin('multipart/form-data; boundary=b');
  setTimeout(() => socket.end('67890'), 2 * LIMIT_MS);
  expect(await text(socket)).toContain('got 1234567890');
});

test('an answer may take longer than the body', async () => {
  const port = await start();
  const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'hello' });
  expect(await answer.text()).toBe('got hello');
  await new Promise((resolve) => setTimeout(resolve, 2 * LIMIT_MS));
  expect(await (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'again' })).text()).toBe(
    'got again',
  );
});
