/** Servers that do what no server should. Each request settles, and no error escapes to the process. */
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AddressForbidden, type GuardedHttp, HttpFailure } from '../../../src/net/guarded-http.ts';
import { open } from '../../support/net/client.ts';
import { httpServer, type TestServer, tcpServer } from '../../support/net/servers.ts';

const escaped: unknown[] = [];
const record = (error: unknown) => escaped.push(error);
beforeAll(() => process.on('uncaughtException', record).on('unhandledRejection', record));
afterAll(() => process.off('uncaughtException', record).off('unhandledRejection', record));

const large = 'x'.repeat(1_400_000);

/** Complete responses, well-formed or not. They are cut at many places. */
const responses: Record<string, string> = {
  'HTTP/1.0 without a length': `HTTP/1.0 200 OK\r\n\r\n${large}`,
  'Connection: close without a length': `HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n${large}`,
  'a length': `HTTP/1.1 200 OK\r\nContent-Length: ${large.length}\r\n\r\n${large}`,
  'Connection: close with a length': `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${large.length}\r\n\r\n${large}`,
  chunks: `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${large.length.toString(16)}\r\n${large}\r\n0\r\n\r\n`,
  'a chunk of no number': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n0\r\n\r\n',
  'a chunk that is shorter than it says':
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nx\r\n0\r\n\r\n',
  'a huge chunk size':
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nx\r\n0\r\n\r\n',
  'more than its length': 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdefgh',
  'two lengths': 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde',
  'length and chunks':
    'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
  'a negative length': 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nabc',
  'interim responses': `${'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'.repeat(500)}HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na`,
  'an upgrade': 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nabc',
  'two responses': `${'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na'.repeat(2)}`,
  'no content that has content': 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nabcde',
  'a head without end': `HTTP/1.1 200 OK\r\n${'A: b\r\n'.repeat(5000)}`,
  'a line without end': `HTTP/1.1 200 ${'O'.repeat(100_000)}`,
  'trailers without end': `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n${'A: b\r\n'.repeat(5000)}`,
  'a chunk extension without end': `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;${'a'.repeat(100_000)}`,
  'another protocol': '220 mail.example ESMTP\r\n',
  nothing: '',
  zeros: '\0'.repeat(1000),
};

/** What the server does after its bytes. */
const endings: Record<string, (socket: Socket) => void> = {
  'closes its side': (socket) => socket.end(),
  'destroys the connection': (socket) => socket.destroySoon(),
  'resets the connection': (socket) => socket.resetAndDestroy(),
  'stays silent': () => undefined,
};

/** Reads a URL with pauses, as a busy worker does. Returns the length of the body, or the error. */
async function read(
  http: GuardedHttp,
  server: TestServer,
  { patienceMs = 30_000, redirects = 0 } = {},
): Promise<number | Error> {
  try {
    const { body } = await http.request(server.url, { timeoutMs: patienceMs, idleMs: patienceMs, redirects });
    let length = 0;
    for await (const chunk of body) {
      length += (chunk as Buffer).length;
      if (length < 300_000) await sleep(1);
    }
    return length;
  } catch (error) {
    return error as Error;
  }
}

test.each(Object.entries(responses))(
  'survives %s, truncated anywhere, with any following behaviour of the server',
  async (_, bytes) => {
    const http = open();
    const head = bytes.indexOf('\r\n\r\n');
    const cuts = [
      ...new Set([
        0,
        1,
        12,
        head,
        head + 2,
        head + 4,
        head + 10,
        bytes.length >> 1,
        bytes.length - 1,
        bytes.length,
      ]),
    ];
    const cases = cuts
      .filter((cut) => cut >= 0 && cut <= bytes.length)
      .flatMap((cut) => Object.values(endings).map((ending) => ({ cut, ending })));
    const outcomes = await Promise.all(
      cases.map(async ({ cut, ending }) => {
        const server = await tcpServer((socket) => {
          socket.once('data', () => socket.write(bytes.slice(0, cut), () => ending(socket)));
        });
        const options = { patienceMs: 250 };
        return [await read(http, server, options), await read(http, server, options)];
      }),
    );
    for (const outcome of outcomes.flat())
      if (typeof outcome !== 'number') expect(outcome).toBeInstanceOf(HttpFailure);
    expect(escaped).toEqual([]);
  },
);

test('reads complete responses of servers that close with the last byte, many at once', async () => {
  const http = open();
  for (const head of ['HTTP/1.0 200 OK\r\n\r\n', `HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n`]) {
    const server = await tcpServer((socket) => {
      socket.once('data', () => socket.end(head + large));
    });
    const lengths = await Promise.all(Array.from({ length: 12 }, () => read(http, server)));
    expect(lengths).toEqual(Array.from({ length: 12 }, () => large.length));
  }
  expect(escaped).toEqual([]);
});

test('sends a request again when the server has closed the pooled connection', async () => {
  const http = open();
  let answered = 0;
  const server = await tcpServer((socket) => {
    let requests = 0;
    socket.on('data', () => {
      // The second request of a connection is not answered, as when a keep-alive time-out ends.
      if (++requests > 1) return socket.resetAndDestroy();
      answered++;
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
  });
  for (let round = 0; round < 5; round++) expect(await read(http, server)).toBe(2);
  expect(answered).toBe(5);
});

test('ends a flood of interim responses', async () => {
  const server = await tcpServer((socket) => {
    const flood = () => {
      while (socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'.repeat(500)));
      socket.once('drain', flood);
    };
    socket.once('data', flood);
  });
  // Without a limit, the request would go on until the test times out.
  const outcome = await read(open(), server, { patienceMs: 3_600_000 });
  expect(outcome).toMatchObject({
    kind: 'protocol',
    message: `127.0.0.1:${server.port} sends interim responses without end`,
  });
  await server.idle();
});

test('survives a server that closes while a large request is sent', async () => {
  const http = open();
  const server = await tcpServer((socket) => {
    socket.once('data', () =>
      socket.end('HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'),
    );
  });
  for (let round = 0; round < 5; round++) {
    const outcome = await http
      .request(server.url, { method: 'POST', body: Buffer.alloc(5_000_000), timeoutMs: 5000 })
      .then(({ status, body }) => {
        body.resume();
        return status;
      })
      .catch((error: unknown) => error);
    if (outcome !== 413) expect(outcome).toBeInstanceOf(HttpFailure);
  }
  expect(escaped).toEqual([]);
});

test('never follows a redirect to a forbidden address', async () => {
  const http = open({ allow: ['127.0.0.0/8'] });
  const server = await httpServer((_, response) =>
    response.writeHead(302, { location: 'http://10.0.0.1/' }).end(),
  );
  expect(await read(http, server, { redirects: 3 })).toBeInstanceOf(AddressForbidden);
});
