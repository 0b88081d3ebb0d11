import { expect, test } from 'vitest';
import { AddressForbidden } from '../../../src/net/network-policy.ts';
import { failure, open } from '../../support/net/client.ts';
import { httpServer } from '../../support/net/servers.ts';

// Node does not look up what is an address already: a check of looked-up addresses alone would let these pass.
test.each(['127.0.0.1', '[::ffff:127.0.0.1]', '0.0.0.0', '[::]', '[::1]'])(
  'refuses %s without a lookup',
  async (host) => {
    const server = await httpServer((_, response) => response.end());
    const request = open({ allow: [] }).request(`http://${host}:${server.port}/`);
    expect(await failure(request)).toBeInstanceOf(AddressForbidden);
    expect(server.connections()).toBe(0);
  },
);
