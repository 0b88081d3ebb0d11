/** Which address counts as the client's, whatever the headers say. */
import { expect, test } from 'vitest';
import { findClientAddress } from '../../../src/api/client-address.ts';
import { networks } from '../../../src/net/network-rule.ts';

const trusted = networks.parse('10.0.0.0/8, 192.0.2.7, fd00::/8');
const PROXY = '10.0.0.1';

test.each([
  // peer, X-Forwarded-For, Forwarded, expected
  ['198.51.100.1', '203.0.113.9', undefined, '198.51.100.1'], // not a trusted proxy
  ['198.51.100.1', undefined, 'for=203.0.113.9', '198.51.100.1'],
  [PROXY, undefined, undefined, PROXY],
  [PROXY, '203.0.113.9', undefined, '203.0.113.9'],
  ['::ffff:10.0.0.1', '203.0.113.9', undefined, '203.0.113.9'],
  ['fd00::1', '2001:db8::9', undefined, '2001:db8::9'],
  [PROXY, 'evil, 1.2.3.4, 203.0.113.9', undefined, '203.0.113.9'], // the client wrote the first two
  [PROXY, '203.0.113.9, 10.2.3.4, 192.0.2.7', undefined, '203.0.113.9'], // three trusted hops
  [PROXY, '10.9.9.9, 10.2.3.4', undefined, '10.9.9.9'], // all are trusted: the first
  [PROXY, '203.0.113.9:4711', undefined, '203.0.113.9'],
  [PROXY, '[2001:db8::9]:4711', undefined, '2001:db8::9'],
  [PROXY, '203.0.113.9, unknown', undefined, PROXY],
  [PROXY, '203.0.113.9, unknown, 10.2.3.4', undefined, '10.2.3.4'],
  [PROXY, '', undefined, PROXY],
  [PROXY, ',,,', undefined, PROXY],
  [PROXY, '203.0.113.9, 999.1.1.1', undefined, PROXY],
  [PROXY, undefined, 'for=203.0.113.9', '203.0.113.9'],
  [PROXY, undefined, 'For="[2001:db8:cafe::17]:4711";proto=https', '2001:db8:cafe::17'], // RFC 7239, section 4
  [PROXY, undefined, 'for=1.2.3.4, for=203.0.113.9;by=10.0.0.1', '203.0.113.9'],
  [PROXY, undefined, 'for=1.2.3.4, proto=https', PROXY],
  [PROXY, undefined, 'for=_hidden', PROXY],
  [PROXY, undefined, 'for="1.2.3.4, for=203.0.113.9', PROXY], // a quote that the client left open
  [PROXY, '203.0.113.9', 'for=203.0.113.9', '203.0.113.9'],
  [PROXY, '203.0.113.9', 'for=1.2.3.4', PROXY], // one of them is forged
  [PROXY, '1.2.3.4', 'for=203.0.113.9', PROXY],
])('%s with X-Forwarded-For %o and Forwarded %o is %s', (peer, forwardedFor, forwarded, expected) => {
  expect(findClientAddress(peer, { forwardedFor, forwarded }, trusted)).toBe(expected);
  expect(findClientAddress(peer, { forwardedFor, forwarded }, [])).toBe(peer.replace('::ffff:', ''));
});

test('a header of 16 KB is read quickly', () => {
  const forwardedFor = '1.2.3.4,'.repeat(2000);
  const forwarded = 'for="'.repeat(3200);
  expect(findClientAddress(PROXY, { forwardedFor, forwarded }, trusted)).toBe(PROXY);
});
