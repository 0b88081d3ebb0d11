import { once } from 'node:events';
import type { Socket } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { failsAs, open, scripted } from '../../support/net/client.ts';
import { httpServer, tcpServer } from '../../support/net/servers.ts';

describe('reports, with a code and a message', () => {
  test('a refused connection', async () => {
    const server = await httpServer(() => {});
    const { port } = server;
    const { resolver } = scripted(['127.0.0.3']);
    const message = await failsAs(
      'refused',
      open({ resolver }).request(`http://images.example.com:${port}/`),
    );
    expect(message).toBe(`connection refused by images.example.com:${port}`);
  });

  test('a name that does not exist', async () => {
    const resolve = () => Promise.reject(Object.assign(new Error('none'), { code: 'ENOTFOUND' }));
    const message = await failsAs(
      'dns',
      open({ resolver: { resolve } }).request('https://images.example.com/'),
    );
    expect(message).toBe('the name of images.example.com:443 does not exist');
    await failsAs('dns', open({ resolver: scripted([]).resolver }).request('https://images.example.com/'));
  });

  test('a server without TLS', async () => {
    const server = await httpServer((_, response) => response.end());
    await failsAs('tls', open().request(`https://127.0.0.1:${server.port}/`));
  });

  test('a server that does not speak HTTP', async () => {
    const server = await tcpServer((socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n'));
    await failsAs('protocol', open().request(server.url));
  });

  test('a connection that ends before the response', async () => {
    const server = await tcpServer((socket) => socket.once('data', () => socket.end()));
    const message = await failsAs('reset', open().request(server.url));
    expect(message).toBe(`127.0.0.1:${server.port} closed the connection before its response was complete`);
  });

  test('a header that cannot be sent', async () => {
    const server = await httpServer((_, response) => response.end());
    const headers = { authorization: 'Bearer a\nb' };
    expect(await failsAs('invalid', open().request(server.url, { headers }))).not.toContain('Bearer');
    expect(server.connections()).toBe(0);
  });

  const head = 'HTTP/1.1 200 OK\r\n';
  test.each([
    ['Content-Length', 'keep-alive', `${head}Content-Length: 100\r\n\r\nonly this`],
    ['Content-Length', 'close', `${head}Connection: close\r\nContent-Length: 100\r\n\r\nonly this`],
    ['the last chunk', 'keep-alive', `${head}Transfer-Encoding: chunked\r\n\r\n9\r\nonly this\r\n`],
    [
      'the last chunk',
      'close',
      `${head}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nonly this\r\n`,
    ],
  ])('a body that ends before %s (connection: %s), by end or by reset', async (_, __, answer) => {
    for (const cut of ['end', 'resetAndDestroy'] as const) {
      const sockets: Socket[] = [];
      const server = await tcpServer((socket) => {
        sockets.push(socket);
        socket.once('data', () => socket.write(answer));
      });
      const { status, body } = await open().request(server.url);
      expect(status).toBe(200);
      const [first] = await once(body, 'data');
      expect(String(first)).toBe('only this');
      const ended = failsAs('reset', once(body, 'end'));
      sockets[0]?.[cut]();
      await ended;
    }
  });

  test('headers that arrive too late', async () => {
    const server = await httpServer(() => {});
    const message = await failsAs('timeout', open().request(server.url, { timeoutMs: 100 }));
    expect(message).toBe(`no response from 127.0.0.1:${server.port} within 0.1 s`);
    await server.idle();
  });

  test('headers that arrive byte by byte, too slowly', async () => {
    const server = await tcpServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nX-Long: ');
      const timer = setInterval(() => socket.write('a'), 20);
      socket.once('close', () => clearInterval(timer));
    });
    await failsAs('timeout', open().request(server.url, { timeoutMs: 150 }));
  });

  test('a timeout that includes redirects', async () => {
    const server = await httpServer((_, response) => {
      setTimeout(() => response.writeHead(302, { location: '/' }).end(), 50);
    });
    await failsAs('timeout', open().request(server.url, { timeoutMs: 200, redirects: 1000 }));
  });

  test('headers that arrive too late, because a lookup never ends', async () => {
    const http = open({ resolver: { resolve: () => new Promise(() => {}) }, connectTimeoutMs: 3_600_000 });
    const message = await failsAs('timeout', http.request('http://slow.example.com/', { timeoutMs: 100 }));
    expect(message).toBe('no response from slow.example.com:80 within 0.1 s');
  });

  test('a connection that opens too late, because a lookup never ends', async () => {
    const http = open({ resolver: { resolve: () => new Promise(() => {}) }, connectTimeoutMs: 100 });
    expect(await failsAs('timeout', http.request('http://slow.example.com/'))).toBe(
      'no connection to slow.example.com:80 in time',
    );
  });

  test('no error for a body that takes longer than the timeout of the headers', async () => {
    const server = await httpServer((_, response) => {
      response.write('slowly, ');
      setTimeout(() => response.end('but whole'), 3500);
    });
    const { body } = await open().request(server.url, { timeoutMs: 3000 });
    expect(await text(body)).toBe('slowly, but whole');
  });

  test('a body that fails without a reader, without ending the process', async () => {
    const sockets: Socket[] = [];
    const server = await tcpServer((socket) => {
      sockets.push(socket);
      socket.once('data', () => socket.write(`${head}Content-Length: 100\r\n\r\nonly this`));
    });
    const { body } = await open().request(server.url);
    // events.once() would listen for errors.
    const closed = new Promise((resolve) => body.on('close', resolve));
    sockets[0]?.resetAndDestroy();
    await closed;
    await failsAs('reset', buffer(body));
  });

  test('a body that stalls', async () => {
    const server = await httpServer((_, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('only this');
    });
    const { body } = await open().request(server.url, { idleMs: 100 });
    const message = await failsAs('timeout', buffer(body));
    expect(message).toBe(
      `127.0.0.1:${server.port} sent less than 64 KiB in 0.1 s, in the middle of its response`,
    );
    await server.idle();
  });

  test('a body that arrives byte by byte, too slowly', async () => {
    const server = await httpServer((_, response) => {
      response.writeHead(200, { 'content-length': 1e6 });
      const drip = setInterval(() => response.write('x'), 20);
      response.once('close', () => clearInterval(drip));
    });
    const { body } = await open().request(server.url, { idleMs: 300 });
    expect(await failsAs('timeout', buffer(body))).toContain('sent less than 64 KiB in 0.3 s');
    await server.idle();
  });

  /** Sends 1 kB every 20 ms, without end. */
  const drippingServer = () =>
    httpServer((_, response) => {
      const drip = setInterval(() => response.write('x'.repeat(1000)), 20);
      response.once('close', () => clearInterval(drip));
    });

  test('a body that is slower than required on average', async () => {
    const server = await drippingServer();
    const { body } = await open().request(server.url, { idleMs: 300, leastBytes: 10 * 1024 * 1024 });
    expect(await failsAs('timeout', buffer(body))).toContain('sent less than 10240 KiB in 0.3 s');
    await server.idle();
  });

  test('a body that is fast enough and takes too long', async () => {
    const server = await drippingServer();
    const { body } = await open().request(server.url, { leastBytes: 1, maxMs: 300 });
    expect(await failsAs('deadline', buffer(body))).toBe(
      `127.0.0.1:${server.port} has not sent its whole response within 0.3 s`,
    );
    await server.idle();
  });

  test('a deadline before the headers, and one that is met', async () => {
    const silent = await httpServer(() => {});
    await failsAs('deadline', open().request(silent.url, { maxMs: 50 }));
    const server = await httpServer((_, response) => response.end('all'));
    const { body } = await open().request(server.url, { maxMs: 30_000 });
    expect(String(await buffer(body))).toBe('all');
  });

  test('no error for a slow reader of the body', async () => {
    const server = await httpServer((_, response) => response.end(Buffer.alloc(1e6)));
    const { body } = await open().request(server.url, { idleMs: 3000 });
    let bytes = 0;
    for await (const chunk of body) {
      if (bytes === 0) await new Promise((resolve) => setTimeout(resolve, 3500));
      bytes += chunk.length;
    }
    expect(bytes).toBe(1e6);
  });
});
