import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { HttpFailure } from '../../../src/net/guarded-http.ts';
import { failure, open } from '../../support/net/client.ts';
import { httpServer } from '../../support/net/servers.ts';

describe('aborting', () => {
  const reason = new Error('no longer wanted');

  test('before the start', async () => {
    const server = await httpServer((_, response) => response.end());
    expect(await failure(open().request(server.url, { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(server.connections()).toBe(0);
  });

  test('while connecting', async () => {
    const abort = new AbortController();
    const resolve = () => new Promise<never>(() => abort.abort(reason));
    const http = open({ resolver: { resolve }, connectTimeoutMs: 3_600_000 });
    expect(await failure(http.request('http://slow.example.com/', { signal: abort.signal }))).toBe(reason);
  });

  test('while connecting: no request is sent if the connection opens later', async () => {
    const received: unknown[] = [];
    const server = await httpServer((request, response) => {
      received.push(request.url);
      response.end();
    });
    const abort = new AbortController();
    const resolve = async () => {
      abort.abort(reason);
      return [{ address: '127.0.0.1', family: 4 } as const];
    };
    const http = open({ resolver: { resolve } });
    const url = `http://slow.example.com:${server.port}`;
    const first = http.request(`${url}/first`, { method: 'POST', body: 'x', signal: abort.signal });
    expect(await failure(first)).toBe(reason);
    await text((await http.request(`${url}/second`)).body);
    expect(received).toEqual(['/second']);
  });

  test('while waiting for headers', async () => {
    const abort = new AbortController();
    const server = await httpServer(() => abort.abort(reason));
    expect(await failure(open().request(server.url, { signal: abort.signal }))).toBe(reason);
    await server.idle();
  });

  test('while streaming', async () => {
    const abort = new AbortController();
    const server = await httpServer((_, response) => response.write('endless'));
    const { body } = await open().request(server.url, { signal: abort.signal });
    await once(body, 'data');
    abort.abort(reason);
    expect(await failure(once(body, 'end'))).toBe(reason);
    await server.idle();
  });

  test('by destroying the body, without an error event', async () => {
    const server = await httpServer((_, response) => response.write('endless'));
    const { body } = await open().request(server.url);
    body.destroy();
    await once(body, 'close');
    await server.idle();
  });

  test('leaves no listener on a long-lived signal', async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...given: Parameters<typeof addEventListener>) => {
      listeners++;
      addEventListener.apply(signal, given);
    };
    signal.removeEventListener = (...given: Parameters<typeof removeEventListener>) => {
      listeners--;
      removeEventListener.apply(signal, given);
    };
    const server = await httpServer((_, response) => response.end('done'));
    const response = await open().request(server.url, { signal });
    expect(listeners).toBe(1);
    await text(response.body);
    await failure(open({ allow: [] }).request(server.url, { signal }));
    expect(listeners).toBe(0);
  });

  test('by closing the client', async () => {
    const server = await httpServer((_, response) => response.write('endless'));
    const http = open({ allow: ['127.0.0.1'] });
    const { body } = await http.request(server.url);
    const outcome = failure(once(body, 'end'));
    await http.close();
    expect(await outcome).toBeInstanceOf(HttpFailure);
  });
});

test('a large body is read with backpressure', async () => {
  const size = 64 * 1024 * 1024;
  let sent = 0;
  const server = await httpServer((_, response) => {
    const chunk = Buffer.alloc(1024 * 1024, 7);
    const more = () => {
      while (sent < size) {
        sent += chunk.length;
        if (!response.write(chunk)) return response.once('drain', more);
      }
      return response.end();
    };
    more();
  });
  const { body } = await open().request(server.url, { idleMs: 60_000 });
  let received = 0;
  let early = 0;
  for await (const chunk of body) {
    if (received === 0) {
      // Time for the server to run ahead, if nothing held it.
      for (let i = 0; i < 50; i++) await new Promise((resolve) => setTimeout(resolve, 5));
      early = sent;
    }
    received += chunk.length;
  }
  expect(received).toBe(size);
  expect(early).toBeLessThan(size / 2);
});
