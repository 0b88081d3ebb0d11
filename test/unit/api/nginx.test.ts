/** Connections that nginx pools. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHttpServer } from '../../../src/api/server/server.ts';
import { hasNginx, type Nginx, startNginx } from '../../support/nginx.ts';

/** Seconds after which nginx closes an idle connection by default (`keepalive_timeout` of `upstream`). */
const NGINX_IDLE_SECONDS = 60;

/** Milliseconds after which Node closes an idle connection by default, and one second more. */
const NODE_IDLE_MS = 6000;

describe.skipIf(!hasNginx)('idle connections in the pool of nginx', () => {
  let server: Server;
  let nginx: Nginx;
  let connections = 0;
  beforeAll(async () => {
    server = createHttpServer(async (request) => new Response(await request.text()));
    server.on('connection', () => connections++);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    nginx = await startNginx((server.address() as AddressInfo).port);
  });
  afterAll(async () => {
    await nginx.close();
    server.close();
  });

  // The other side must not close one while a request is on its way: nginx does not repeat a POST.
  test('stay open longer than nginx uses them', async () => {
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body: 'direct' });
    const timeout = /^timeout=(\d+)$/.exec(response.headers.get('keep-alive') ?? '')?.[1];
    expect(Number(timeout)).toBeGreaterThan(NGINX_IDLE_SECONDS);
    expect(server.headersTimeout).toBeGreaterThan(server.keepAliveTimeout);
  });

  test('carry the next POST', async () => {
    const post = async (body: string) => (await fetch(nginx.url, { method: 'POST', body })).text();
    expect(await post('first')).toBe('first');
    const before = connections;
    await new Promise((resolve) => setTimeout(resolve, NODE_IDLE_MS));
    expect(await post('second')).toBe('second');
    expect(connections).toBe(before);
  });
});
