import { buffer, text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { failsAs, isForbidden, open, scripted } from '../../support/net/client.ts';
import { httpServer } from '../../support/net/servers.ts';

describe('reachable addresses', () => {
  test('an allowed network: bytes and headers are unchanged', async () => {
    const bytes = gzipSync('as sent');
    const seen: unknown[] = [];
    const server = await httpServer((request, response) => {
      seen.push(request.method, request.url, request.headers['accept-encoding'], request.headers['x-own']);
      response
        .writeHead(200, { 'Content-Encoding': 'gzip', 'Content-Type': 'image/jpeg', 'X-Two': ['a', 'b'] })
        .end(bytes);
    });
    const response = await open().request(`${server.url}/a%20b?c=d#e`, { headers: { 'X-Own': 'yes' } });
    expect(response).toMatchObject({
      status: 200,
      headers: { 'content-type': 'image/jpeg', 'x-two': 'a, b' },
    });
    expect(await buffer(response.body)).toEqual(bytes);
    expect(seen).toEqual(['GET', '/a%20b?c=d', 'identity', 'yes']);
  });

  test('a POST sends its body, and any status is a response', async () => {
    const server = await httpServer((request, response) => {
      response.writeHead(request.method === 'POST' ? 503 : 405).write('got ');
      request.pipe(response);
    });
    const response = await open().request(server.url, { method: 'POST', body: '{"a":1}' });
    expect([response.status, await text(response.body)]).toEqual([503, 'got {"a":1}']);
  });

  test.each([
    (port: number) => `http://127.0.0.1:${port}/`,
    (port: number) => `http://2130706433:${port}/`,
    (port: number) => `http://0x7f.1:${port}/`,
    (port: number) => `http://0177.0.0.1.:${port}/`,
    (port: number) => `http://[::ffff:127.0.0.1]:${port}/`,
    (port: number) => `http://0.0.0.0:${port}/`,
    (port: number) => `http://localhost:${port}/`,
    (port: number) => `https://127.0.0.1:${port}/`,
  ])('a loopback address: no connection is made (%#)', async (url) => {
    const server = await httpServer((_, response) => response.end());
    const message = await isForbidden(open({ allow: [] }).request(url(server.port)));
    expect(message).toContain('DARKROOM_ALLOW_NETWORKS');
    expect(server.connections()).toBe(0);
  });

  test.each([
    ['a name for a private address', ['127.0.0.1']],
    ['a name for the same, mapped to IPv6', ['::ffff:127.0.0.1']],
    ['mixed answers, the forbidden one last', ['93.184.215.14', '127.0.0.1']],
    ['mixed answers, the forbidden one first', ['127.0.0.1', '93.184.215.14']],
    ['mixed answers of both families', ['2606:4700:4700::1111', '127.0.0.1']],
  ])('%s: no connection is made', async (_, addresses) => {
    const server = await httpServer((_, response) => response.end());
    const { resolver } = scripted(addresses);
    const http = open({ allow: [], resolver });
    const message = await isForbidden(http.request(`http://images.example.com:${server.port}/`));
    expect(message).toMatch(/^images\.example\.com resolves to a loopback address.*DARKROOM_ALLOW_NETWORKS$/);
    expect(server.connections()).toBe(0);
  });

  test('DNS rebinding: connects to the address that was checked', async () => {
    const server = await httpServer((_, response) => response.end('inside'));
    // First 127.0.0.1, which is allowed here, then 127.0.0.2, which is not: one lookup, one connection.
    const { resolver, calls } = scripted(['127.0.0.1'], ['127.0.0.2']);
    const http = open({ allow: ['127.0.0.1'], resolver });
    const url = `http://rebinding.example.com:${server.port}/`;
    const first = await http.request(url, { headers: { connection: 'close' } });
    expect(await text(first.body)).toBe('inside');
    expect([calls(), server.connections()]).toEqual([1, 1]);
    await server.idle();
    await isForbidden(http.request(url));
    expect([calls(), server.connections()]).toEqual([2, 1]);
  });

  test("addresses of the system's resolver are checked, too", async () => {
    const server = await httpServer((_, response) => response.end('here'));
    const url = `http://localhost:${server.port}/`;
    // `localhost` may be ::1, so it passes until its addresses are known: 127.0.0.1 is among them.
    await isForbidden(open({ allow: ['::1'] }).request(url));
    expect(server.connections()).toBe(0);
    expect(await text((await open({ allow: ['127.0.0.0/8', '::1'] }).request(url)).body)).toBe('here');
  });

  test('proxies of the environment are not used', async () => {
    const proxy = await httpServer((_, response) => response.end('proxy'));
    const server = await httpServer((_, response) => response.end('direct'));
    const names = ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY'];
    const before = names.map((name) => [name, process.env[name]] as const);
    for (const name of names) process.env[name] = proxy.url;
    onTestFinished(() => {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    });
    expect(await text((await open().request(server.url)).body)).toBe('direct');
    expect(proxy.connections()).toBe(0);
  });
});

describe('redirects', () => {
  /** `/N` redirects to `/N-1`, `/0` is the end. */
  const countdown = (status = 302) =>
    httpServer((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end('here');
      else response.writeHead(status, { location: `/${left - 1}` }).end('elsewhere');
    });

  test('are not followed by default', async () => {
    const server = await countdown();
    const response = await open().request(`${server.url}/1`);
    expect([response.status, response.headers.location]).toEqual([302, '/0']);
    expect(await text(response.body)).toBe('elsewhere');
  });

  test.each([301, 302, 303, 307, 308])('follows %i', async (status) => {
    const server = await countdown(status);
    const response = await open().request(`${server.url}/3`, { redirects: 3 });
    expect([response.status, response.url, await text(response.body)]).toEqual([
      200,
      `${server.url}/0`,
      'here',
    ]);
  });

  test('a loop ends', async () => {
    let hits = 0;
    const server = await httpServer((_, response) => {
      hits++;
      response.writeHead(302, { location: '/' }).end();
    });
    const message = await failsAs('redirect', open().request(server.url, { redirects: 5 }));
    expect(message).toBe(`127.0.0.1:${server.port} redirects more than 5 times`);
    expect(hits).toBe(6);
  });

  test('a POST is not redirected', async () => {
    const server = await countdown(307);
    const response = await open().request(`${server.url}/1`, { method: 'POST', body: 'x', redirects: 5 });
    expect(response.status).toBe(307);
  });

  test.each(['http://127.0.0.2', 'http://[::1]', 'file:///etc/passwd', 'http://user:secret@127.0.0.1'])(
    'refuses one to %s, without a connection',
    async (start) => {
      const inside = await httpServer((_, response) => response.end('secret'));
      const location = start.startsWith('http') ? `${start}:${inside.port}/` : start;
      const server = await httpServer((_, response) => response.writeHead(302, { location }).end());
      await isForbidden(open({ allow: ['127.0.0.1'] }).request(server.url, { redirects: 5 }));
      expect([server.connections(), inside.connections()]).toEqual([1, 0]);
    },
  );

  test('resolves and checks one to a name', async () => {
    const inside = await httpServer((_, response) => response.end('secret'));
    const server = await httpServer((_, response) => {
      response.writeHead(302, { location: `http://inside.example.com:${inside.port}/` }).end();
    });
    const { resolver } = scripted(['10.0.0.1']);
    await isForbidden(open({ resolver }).request(server.url, { redirects: 1 }));
    expect(inside.connections()).toBe(0);
  });

  test('reports one without a valid location', async () => {
    const server = await httpServer((_, response) =>
      response.writeHead(302, { location: 'http://:bad' }).end(),
    );
    expect(await failsAs('redirect', open().request(server.url, { redirects: 1 }))).toContain('not a URL');
  });

  test('sends credentials only to the first origin', async () => {
    const headers = {
      Authorization: 'Bearer secret',
      COOKIE: 'secret',
      'proxy-authorization': 'secret',
      'x-kept': 'kept',
    };
    const received: Record<string, unknown>[] = [];
    const other = await httpServer((request, response) => {
      received.push(request.headers);
      response.end();
    });
    const server = await httpServer((request, response) => {
      received.push(request.headers);
      response.writeHead(302, { location: request.url === '/' ? '/again' : other.url }).end();
    });
    const response = await open().request(server.url, { headers, redirects: 2 });
    response.body.destroy();
    const secrets = { authorization: 'Bearer secret', cookie: 'secret', 'proxy-authorization': 'secret' };
    expect(received).toHaveLength(3);
    expect(received[0]).toMatchObject(secrets);
    expect(received[1]).toMatchObject(secrets);
    expect(JSON.stringify(received[2])).not.toContain('secret');
    expect(received[2]).toMatchObject({ 'x-kept': 'kept', host: `127.0.0.1:${other.port}` });
  });
});
