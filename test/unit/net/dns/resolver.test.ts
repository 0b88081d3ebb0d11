/** Name resolution against real DNS servers. */
import { setMaxListeners } from 'node:events';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createNameResolver, type NameResolverOptions } from '../../../../src/net/dns/resolver.ts';
import { failsAs, failure, open } from '../../../support/net/client.ts';
import { startNameServer, writeResolverFiles, type Zone } from '../../../support/net/name-server.ts';
import { httpServer } from '../../../support/net/servers.ts';

interface Setup extends NameResolverOptions {
  readonly lines?: string;
  readonly names?: string;
}

async function setUp(zone: Zone | 'silent', { lines, names, ...options }: Setup = {}) {
  const server = await startNameServer(zone);
  const files = await writeResolverFiles([server], { lines, hosts: names });
  const resolver = createNameResolver({ ...files, ...options });
  const resolve = async (name: string, tenant = 'a') =>
    (await resolver.resolve(name, tenant)).map(({ address }) => address).sort();
  return { server, resolver, resolve };
}

/** For many requests at once. */
function createAbort(): AbortController {
  const abort = new AbortController();
  setMaxListeners(0, abort.signal);
  return abort;
}

const codeOf = async (work: Promise<unknown>) => ((await failure(work)) as NodeJS.ErrnoException).code;

describe('answers', () => {
  test('has both families, for names in any case and with a trailing dot', async () => {
    const { resolve } = await setUp({
      'a.example': { addresses: ['192.0.2.1', '192.0.2.2', '2001:db8::1'] },
    });
    expect(await resolve('A.Example')).toEqual(['192.0.2.1', '192.0.2.2', '2001:db8::1']);
    expect(await resolve('a.example.')).toEqual(['192.0.2.1', '192.0.2.2', '2001:db8::1']);
  });

  test('has one family if queries for the other are never answered', async () => {
    const { resolve } = await setUp({
      'four.example': { addresses: ['192.0.2.1'] },
      'six.example': { addresses: ['2001:db8::1'] },
      'broken.example': { addresses: ['192.0.2.1'], noIPv6: true },
    });
    expect(await resolve('four.example')).toEqual(['192.0.2.1']);
    expect(await resolve('six.example')).toEqual(['2001:db8::1']);
    expect(await resolve('broken.example')).toEqual(['192.0.2.1']);
  });

  test('resolves short names of Kubernetes', async () => {
    const { resolve, server } = await setUp(
      { 'minio.storage.svc.cluster.local': { addresses: ['10.96.1.2'] } },
      { lines: 'search default.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5' },
    );
    expect(await resolve('minio.storage')).toEqual(['10.96.1.2']);
    expect(server.queries).toEqual([
      'minio.storage.default.svc.cluster.local',
      'minio.storage.svc.cluster.local',
    ]);
  });

  test('a failed server does not end the search, and a name without addresses does not either', async () => {
    const zone = {
      'x.a.example': 'servfail',
      'x.b.example': { addresses: [] },
      'x.c.example': { addresses: ['192.0.2.9'] },
      'y.a.example': 'servfail',
    } as const;
    const { resolve } = await setUp(zone, { lines: 'search a.example b.example c.example' });
    expect(await resolve('x')).toEqual(['192.0.2.9']);
    expect(await codeOf(resolve('y'))).toBe('DNS_FAILED');
  });

  test('the hosts file comes first, and localhost is never looked up', async () => {
    const { resolve, server } = await setUp(
      { 'a.example': { addresses: ['192.0.2.1'] } },
      { names: '10.0.0.1 A.example\nfd00::1 a.example' },
    );
    expect(await resolve('a.EXAMPLE')).toEqual(['10.0.0.1', 'fd00::1']);
    expect(await resolve('app.localhost')).toEqual(['127.0.0.1']);
    expect(server.queries).toEqual([]);
  });

  test('a second server is asked when the first is silent', async () => {
    const silent = await startNameServer('silent');
    const server = await startNameServer({ 'a.example': { addresses: ['192.0.2.1'] } });
    const files = await writeResolverFiles([silent, server], { lines: 'options timeout:1' });
    const found = await createNameResolver(files).resolve('a.example', 'a');
    expect(found).toEqual([{ address: '192.0.2.1', family: 4 }]);
    expect(silent.queries.length).toBeGreaterThan(0);
  });
});

describe('caches', () => {
  test('addresses, for all tenants; concurrent lookups of a name by one tenant are one', async () => {
    const { resolve, server } = await setUp({ 'a.example': { addresses: ['192.0.2.1'] } });
    await Promise.all([resolve('a.example', 'a'), resolve('a.example', 'a'), resolve('a.example', 'a')]);
    await resolve('a.example', 'b');
    expect(server.queries).toEqual(['a.example']);
  });

  test('addresses no longer than their TTL', async () => {
    const { resolve, server } = await setUp({ 'a.example': { addresses: ['192.0.2.1'], ttl: 1 } });
    await resolve('a.example');
    await sleep(1100);
    await resolve('a.example');
    expect(server.queries).toEqual(['a.example', 'a.example']);
  });

  test('that a name does not exist, or that no server answers', async () => {
    const { resolve, server } = await setUp(
      { 'mute.example': 'silent' },
      { lines: 'options timeout:1 attempts:1' },
    );
    for (let round = 0; round < 3; round++) {
      expect(await codeOf(resolve('none.example'))).toBe('ENOTFOUND');
      expect(await codeOf(resolve('mute.example'))).toBe('DNS_TIMEOUT');
    }
    expect(server.queries).toEqual(['none.example', 'mute.example']);
  });
});

describe('a server that does not answer', () => {
  // c-ares gives up after minutes, so nothing ends while the test runs.
  const patient = { lines: 'options timeout:30 attempts:5', timeoutMs: 600_000 };
  const zone = Object.fromEntries([
    ...Array.from({ length: 100 }, (_, index) => [`${index}.evil.example`, 'silent']),
    ['good.example', { addresses: ['127.0.0.1'] }],
  ]) as Zone;

  test('for the names of one tenant leaves the downloads of others alone', async () => {
    const { resolver } = await setUp(zone, patient);
    const web = await httpServer((_, response) => response.end('picture'));
    const http = open({ resolver, connectTimeoutMs: 600_000 });
    const abort = createAbort();
    let ended = 0;
    const evil = Array.from({ length: 100 }, (_, index) =>
      http
        .request(`http://${index}.evil.example/`, {
          tenant: 'evil',
          signal: abort.signal,
          timeoutMs: 600_000,
        })
        .catch(() => ended++),
    );
    for (let round = 0; round < 3; round++) {
      const { body } = await http.request(`http://good.example:${web.port}/`, {
        tenant: 'good',
        headers: { connection: 'close' },
      });
      expect(await text(body)).toBe('picture');
    }
    expect(ended).toBe(0);
    abort.abort();
    await Promise.all(evil);
  });

  test('limits the lookups of a tenant', async () => {
    const { resolve, server } = await setUp(zone, { ...patient, lookups: 12 });
    for (let index = 0; index < 100; index++) void resolve(`${index}.evil.example`, 'evil').catch(() => {});
    expect(await resolve('good.example', 'good')).toEqual(['127.0.0.1']);
    // 3 of 12: a third of those that stay free.
    expect(new Set(server.queries.filter((name) => name.includes('evil'))).size).toBe(3);
  });

  test('for the names of one tenant leaves a name alone that waits in its queue', async () => {
    const { resolve } = await setUp(zone, { ...patient, lookups: 12 });
    const names = [...Array.from({ length: 100 }, (_, index) => `${index}.evil.example`), 'good.example'];
    for (const name of names) void resolve(name, 'evil').catch(() => {});
    expect(await resolve('good.example', 'good')).toEqual(['127.0.0.1']);
  });

  test('for anything does not stop addresses, hosts and files', async () => {
    const web = await httpServer((_, response) => response.end('picture'));
    const { resolver } = await setUp('silent', { ...patient, names: '127.0.0.1 listed.example' });
    const http = open({ resolver, connectTimeoutMs: 600_000 });
    const abort = createAbort();
    const evil = Array.from({ length: 50 }, (_, index) =>
      http.request(`http://${index}.example/`, { signal: abort.signal, timeoutMs: 600_000 }).catch(() => {}),
    );
    for (const host of ['127.0.0.1', 'listed.example']) {
      const { body } = await http.request(`http://${host}:${web.port}/`);
      expect(await text(body)).toBe('picture');
    }
    expect(await readFile(import.meta.filename, 'utf8')).toContain('does not stop addresses');
    abort.abort();
    await Promise.all(evil);
  });

  test('is named in the error', async () => {
    const { resolver } = await setUp('silent', { timeoutMs: 50 });
    const message = await failsAs('dns', open({ resolver }).request('http://a.example/'));
    expect(message).toBe('the name of a.example:80 could not be resolved: no name server answered in time');
  });
});

test('a connection uses the next address when one does not work', async () => {
  const web = await httpServer((_, response) => response.end('picture'));
  const { resolver } = await setUp({
    'dual.example': { addresses: ['::1', '127.0.0.9', '127.0.0.1'] },
  });
  const http = open({ resolver, allow: ['127.0.0.0/8', '::1'] });
  const { body } = await http.request(`http://dual.example:${web.port}/`);
  expect(await text(body)).toBe('picture');
});

test('one forbidden address refuses the name', async () => {
  const { resolver } = await setUp({ 'mixed.example': { addresses: ['127.0.0.1', 'fd00::1'] } });
  const error = await failure(open({ resolver }).request('http://mixed.example/'));
  expect(String(error)).toContain('mixed.example resolves to a private address (IPv6)');
});
