import { expect, test } from 'vitest';
import { parseNetworks } from '../../../src/net/addresses.ts';
import { createConnector } from '../../../src/net/connector.ts';
import { AddressForbidden } from '../../../src/net/refusal.ts';
import { httpServer } from '../../support/net/servers.ts';

/** What undici would be told on its way to `hostname`. */
function connect(hostname: string, port: number, allowNetworks: readonly string[]): Promise<Error | null> {
  const connector = createConnector({ allowed: parseNetworks(allowNetworks), timeoutMs: 10_000 });
  return new Promise((resolve) => {
    connector({ hostname, protocol: 'http:', port: String(port) }, (error, socket) => {
      socket?.destroy();
      resolve(error);
    });
  });
}

// Node looks up no address that is one already: the check of names alone would let these pass.
test.each(['127.0.0.1', '::ffff:127.0.0.1', '0.0.0.0', '::'])(
  '%s is judged without a lookup',
  async (host) => {
    const server = await httpServer((_, response) => response.end());
    expect(await connect(host, server.port, [])).toBeInstanceOf(AddressForbidden);
    expect(server.connections()).toBe(0);
    expect(await connect('127.0.0.1', server.port, ['127.0.0.1'])).toBeNull();
  },
);
