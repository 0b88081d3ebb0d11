import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import type { NetworkPolicy } from '../../../src/net/network-policy.ts';
import { OwnServers, type OwnServersOptions } from '../../../src/net/own-servers.ts';
import { createPolicy, isForbidden, open } from '../../support/net/client.ts';
import { httpServer } from '../../support/net/servers.ts';

const createOwn = (options: Partial<OwnServersOptions> = {}): OwnServers =>
  new OwnServers({ endpoints: [], resolve: async () => [], ...options });

/** Null when the policy permits a connection to the address. */
const reject = (policy: NetworkPolicy, url: string, address?: string): Promise<string | null> => {
  const { hostname, port } = new URL(url);
  const refusal = policy.findRefusal(url);
  if (refusal !== null) return Promise.resolve(refusal);
  const host = hostname.replace(/^\[|\]$/g, '');
  return policy.check(host, Number(port || 80), [address ?? host]).then(
    () => null,
    (error: Error) => error.message,
  );
};

describe('allow and deny', () => {
  const policy = createPolicy({
    allow: ['10.0.0.0/8', '192.168.0.1:8080', 'images.example:81'],
    deny: ['10.9.0.0/16', '10.0.0.1:5432', '93.184.215.0/24'],
  });

  test.each([
    ['http://10.1.2.3/', undefined],
    ['http://10.0.0.1:5433/', undefined],
    ['http://192.168.0.1:8080/', undefined],
    ['http://images.example:81/', '172.16.0.1'],
    ['http://other.example/', '8.8.8.8'],
  ])('permits %s (%s)', async (url, address) => {
    expect(await reject(policy, url, address)).toBeNull();
  });

  test.each([
    ['http://192.168.0.1/', undefined, /is a private address.*DARKROOM_ALLOW_NETWORKS$/],
    ['http://images.example/', '172.16.0.1', /resolves to a private address/],
    ['http://images.example:81/', '10.9.1.1', /resolves to an address.*DARKROOM_DENY_NETWORKS/],
    ['http://10.9.0.1/', undefined, /is an address.*DARKROOM_DENY_NETWORKS/],
    ['http://[::ffff:10.9.0.1]/', undefined, /DARKROOM_DENY_NETWORKS/],
    ['http://168361985/', undefined, /DARKROOM_DENY_NETWORKS/],
    ['http://10.0.0.1:5432/', undefined, /DARKROOM_DENY_NETWORKS/],
    ['http://any.example/', '93.184.215.14', /DARKROOM_DENY_NETWORKS/],
  ])('refuses %s (%s)', async (url, address, reason) => {
    expect(await reject(policy, url, address)).toMatch(reason);
  });

  test('a name for this machine may be allowed as a host', async () => {
    const local = createPolicy({ allow: ['localhost:3000'] });
    expect(await reject(local, 'http://localhost:3000/', '127.0.0.1')).toBeNull();
    expect(await reject(local, 'http://localhost:3001/', '127.0.0.1')).toContain('a loopback address');
  });
});

describe('own servers', () => {
  const addressesHere = Object.values(networkInterfaces())
    .flatMap((found) => found ?? [])
    .map(({ address, family }) => (family === 'IPv6' ? `[${address}]` : address));
  const spellings = [
    '127.0.0.1',
    '127.0.0.2',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[64:ff9b::7f00:1]',
    '[::1]',
    '[::]',
    '0.0.0.0',
    '0',
    'localhost',
    'LOCALHOST.',
    'a.localhost',
    ...addressesHere,
  ];
  const everything = ['0.0.0.0/0', '::/0', 'localhost', 'a.localhost'];

  test.each(['127.0.0.1', '0.0.0.0', '::', '::1', 'localhost', '[::1]'])(
    'refuses one that listens on %s at every address of this machine',
    async (host) => {
      const own = createOwn({ endpoints: [{ host: host.replace(/^\[|\]$/g, ''), port: 8080 }] });
      const policy = createPolicy({ allow: everything, own, allowsLoopback: true });
      for (const spelling of spellings) {
        const address = /localhost/i.test(spelling) ? '127.0.0.1' : undefined;
        expect(await reject(policy, `http://${spelling}:8080/`, address), spelling).toMatch(
          /port 8080 .*belongs to this server/,
        );
        expect(await reject(policy, `http://${spelling}:8081/`, address), spelling).toBeNull();
      }
    },
  );

  test('refuses one by a name that resolves to this machine', async () => {
    const own = createOwn({ endpoints: [{ host: '127.0.0.1', port: 8080 }] });
    const policy = createPolicy({ allow: everything, own });
    expect(await reject(policy, 'http://a.example:8080/', '127.0.0.1')).toContain('belongs to this server');
  });

  test('refuses one with a name by its name and by its address, under any name', async () => {
    const own = createOwn({
      endpoints: [{ host: 'temporal', port: 7233 }],
      resolve: async (name) => (name === 'temporal' ? ['10.0.0.7'] : []),
    });
    const policy = createPolicy({ allow: everything, own });
    expect(policy.findRefusal('http://TEMPORAL.:7233/')).toContain('belongs to this server');
    expect(await reject(policy, 'http://10.0.0.7:7233/')).toContain('belongs to this server');
    expect(await reject(policy, 'http://a.example:7233/', '::ffff:10.0.0.7')).toContain('belongs to');
    expect(await reject(policy, 'http://10.0.0.8:7233/')).toBeNull();
    expect(await reject(policy, 'http://10.0.0.7:80/')).toBeNull();
  });

  test('refuses one with a name for this machine at every address of this machine', async () => {
    const own = createOwn({
      endpoints: [{ host: 'my-machine', port: 7233 }],
      resolve: async () => ['127.0.1.1'],
    });
    const policy = createPolicy({ allow: everything, own });
    for (const spelling of ['127.0.0.1', '0.0.0.0', '[::1]', ...addressesHere])
      expect(await reject(policy, `http://${spelling}:7233/`)).toContain('belongs to this server');
  });

  test('permits a public server that darkroom uses', async () => {
    const own = createOwn({
      endpoints: [{ host: 's3.example', port: 443 }],
      resolve: async () => ['93.184.215.14'],
    });
    await expect(createPolicy({ own }).check('cdn.example', 443, ['93.184.215.14'])).resolves.toBeUndefined();
  });

  test('refuses ports that were chosen at the start', async () => {
    const own = createOwn({ listensAt: async (port) => port === 34_567 });
    const policy = createPolicy({ allow: everything, own });
    expect(await reject(policy, 'http://127.0.0.1:34567/')).toContain('belongs to this server');
    expect(await reject(policy, 'http://10.0.0.1:34567/')).toBeNull();
  });

  test('refuses a redirect to one, without a connection', async () => {
    const inside = await httpServer((_, response) => response.end('inside'));
    const own = createOwn({ endpoints: [{ host: '127.0.0.1', port: inside.port }] });
    const server = await httpServer((_, response) =>
      response.writeHead(302, { location: `http://0x7f.1:${inside.port}/` }).end(),
    );
    const http = open({ policy: createPolicy({ allow: everything, own }) });
    await isForbidden(http.request(server.url, { redirects: 3 }));
    expect([server.connections(), inside.connections()]).toEqual([1, 0]);
  });
});

test('permits loopback, and no other network, without a rule', async () => {
  const policy = createPolicy({ allowsLoopback: true, deny: ['127.0.0.1:22'] });
  for (const url of ['http://127.0.0.1:3000/', 'http://[::1]:3000/', 'http://[::ffff:127.0.0.1]:3000/'])
    expect(await reject(policy, url)).toBeNull();
  expect(await reject(policy, 'http://localhost:3000/', '127.0.0.1')).toBeNull();
  for (const url of ['http://10.0.0.1/', 'http://0.0.0.0/', 'http://127.0.0.1:22/'])
    expect(await reject(policy, url)).not.toBeNull();
});
