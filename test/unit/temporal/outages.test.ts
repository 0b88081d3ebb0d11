/** How answers of Temporal, and missing ones, are classified. The servers speak gRPC, and fail. */
import { createServer, type Http2Server } from 'node:http2';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { DarkroomError } from '../../../src/errors.ts';
import { createClient, writeCall } from '../../../src/temporal/connection.ts';
import { freePort } from '../../support/ports.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function listen(server: Server | Http2Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** Answers every call with a status (https://grpc.github.io/grpc/core/md_doc_statuscodes.html). */
function answering(status: number): Promise<number> {
  const server = createServer();
  server.on('session', (session) => closing.push(() => session.destroy()));
  server.on('stream', (stream) => {
    stream.on('error', () => undefined);
    stream.respond(
      {
        ':status': 200,
        'content-type': 'application/grpc',
        'grpc-status': status,
        'grpc-message': 'as told',
      },
      { endStream: true },
    );
  });
  return listen(server);
}

/** The code of the error of a call to a port, its status and whether it is an outage; null if it is none of ours. */
async function fail(port: number, deadlineMs: number): Promise<unknown> {
  const address = `127.0.0.1:${port}`;
  const client = createClient({ address, namespace: 'default', options: { address } });
  try {
    await writeCall(client, deadlineMs, () => client.workflow.getHandle('job/acme/a').signal('cancel'));
    return 'success';
  } catch (error) {
    const { code, kind, status, message } = error as DarkroomError;
    expect(message).not.toContain('127.0.0.1');
    return kind === undefined ? null : `${kind}: ${code} ${status}`;
  } finally {
    await client.connection.close();
  }
}

const AWAY = 'outage: temporal_unavailable 503';

test.each([
  ['UNAVAILABLE', 14, AWAY],
  ['INTERNAL', 13, AWAY],
  ['UNKNOWN', 2, AWAY],
  ['ABORTED', 10, AWAY],
  ['DATA_LOSS', 15, AWAY],
  ['PERMISSION_DENIED', 7, AWAY],
  ['UNAUTHENTICATED', 16, AWAY],
  // The client repeats it: the deadline may end the call before the last answer does.
  ['RESOURCE_EXHAUSTED', 8, expect.stringMatching(/^outage: temporal_(busy|unavailable) 503$/)],
  // The request is the cause.
  ['INVALID_ARGUMENT', 3, null],
  ['FAILED_PRECONDITION', 9, null],
])('a server that answers %s', async (_, status, expected) => {
  // The client repeats some of them until the deadline. The others need time on a busy machine.
  expect(await fail(await answering(status), expected === null ? 60_000 : 3000)).toEqual(expected);
});

test('no server, a server that says nothing, and one that hangs up', async () => {
  const silent = createTcpServer((socket) => closing.push(() => socket.destroy()));
  const abrupt = createTcpServer((socket) => socket.destroy());
  const ports = [await freePort(), await listen(silent), await listen(abrupt)];
  expect(await Promise.all(ports.map((port) => fail(port, 1000)))).toEqual([AWAY, AWAY, AWAY]);
});
