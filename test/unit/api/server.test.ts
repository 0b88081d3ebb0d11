/** A body that never ends does not hold its connection forever. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { HttpBindings } from '@hono/node-server';
import { afterEach, expect, test } from 'vitest';
import { createHttpServer } from '../../../src/api/server/server.ts';

const LIMIT_MS = 400;
/** For bodies that come in time: a busy machine may hold them up for seconds. */
const PATIENT_MS = 4000;
let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Starts a server that echoes request bodies, and returns its port. */
async function start(limitMs = PATIENT_MS): Promise<number> {
  const echo = async (request: Request, { incoming: { socket } }: HttpBindings) => {
    const body = await request.text();
    if (request.url.endsWith('/after-end') && !socket.readableEnded) await once(socket, 'end');
    return new Response(`got ${body}`);
  };
  server = createHttpServer(echo, limitMs);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Sends the head of a request with a body of ten bytes, and five of them. */
async function begin(type: string): Promise<ReturnType<typeof connect>> {
  const socket = connect(await start(LIMIT_MS), '127.0.0.1');
  socket.write(
    `POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\ncontent-type: ${type}\r\n\r\n12345`,
  );
  return socket;
}

test.each(['application/json', 'multipart/mixed; boundary=b'])('a late body of %s gets 408', async (type) => {
  const socket = await begin(type);
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\nconnection: close\r\n/);
});

test('a form may take longer: its reader enforces a minimum rate', async () => {
  const socket = await begin('multipart/form-data; boundary=b');
  setTimeout(() => socket.end('67890'), 2 * LIMIT_MS);
  expect(await text(socket)).toContain('got 1234567890');
});

test('a response may take longer than the timeout of the body', async () => {
  const port = await start();
  const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'hello' });
  expect(await response.text()).toBe('got hello');
  await new Promise((resolve) => setTimeout(resolve, 1.25 * PATIENT_MS));
  expect(await (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'again' })).text()).toBe(
    'got again',
  );
});

test('a client that closes its side after the request gets the response', async () => {
  const socket = connect({ port: await start(), host: '127.0.0.1', allowHalfOpen: true });
  socket.end('POST /after-end HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\n\r\nhello');
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*\r\n\r\ngot hello$/);
});
