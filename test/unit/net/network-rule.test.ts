import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../../src/net/addresses.ts';
import { addressRules, matches, networkRules, parseNetworkRule } from '../../../src/net/network-rule.ts';

/** Whether a rule covers the address at the port, found under the name. */
function covers(rule: string, address: string, port: number, name = address): boolean {
  const parsed = parseAddress(address);
  return parsed !== null && matches(parseNetworkRule(rule), name, parsed, port);
}

describe('rules for addresses', () => {
  test.each([
    ['10.0.0.5', '10.0.0.5', '10.0.0.6'],
    ['10.1.0.0/16', '10.1.255.255', '10.2.0.0'],
    ['::1', '::1', '::2'],
    ['[::1]', '::1', '::2'],
    ['fd00::/8', 'fdff::1', 'fe00::1'],
    ['[fd00::]/8', 'fdff::1', 'fe00::1'],
    ['fd00::1:443', 'fd00::1:443', 'fd00::1'],
  ])('%s covers %s at all ports, and not %s', (rule, inside, outside) => {
    expect([covers(rule, inside, 80), covers(rule, inside, 65_535), covers(rule, outside, 80)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  test.each([
    ['10.0.0.5:8080', '10.0.0.5'],
    ['10.0.0.0/8:8080', '10.9.9.9'],
    ['[::1]:8080', '::1'],
    ['[fd00::]/8:8080', 'fd00::9'],
    ['fd00::/8:8080', 'fd00::9'],
  ])('%s covers one port of %s', (rule, address) => {
    expect([covers(rule, address, 8080), covers(rule, address, 8081)]).toEqual([true, false]);
  });

  test('a rule for IPv4 covers IPv6 addresses that stand for IPv4', () => {
    expect(covers('10.0.0.0/8:80', '::ffff:10.0.0.1', 80)).toBe(true);
    expect(covers('10.0.0.0/8:80', '64:ff9b::a00:1', 80)).toBe(true);
  });
});

describe('rules for hosts', () => {
  test('cover every address of the name, in any case and with a dot at the end', () => {
    expect(covers('Images.Example:8080', '10.0.0.1', 8080, 'images.example')).toBe(true);
    expect(covers('images.example:8080', 'fd00::1', 8080, 'IMAGES.example.')).toBe(true);
    expect(covers('images.example', '10.0.0.1', 1, 'images.example')).toBe(true);
  });

  test('cover no other port, name or subdomain', () => {
    expect(covers('images.example:8080', '10.0.0.1', 80, 'images.example')).toBe(false);
    expect(covers('images.example:8080', '10.0.0.1', 8080, 'a.images.example')).toBe(false);
    expect(covers('images.example:8080', '10.0.0.1', 8080)).toBe(false);
  });
});

test.each([
  '10',
  '10/8',
  '10.0.0/8',
  '012.0.0.0/8',
  '10.0.0.0/33',
  '10.0.0.0/',
  '10.0.0.0/-1',
  '10.0.0.0/8/8',
  '10.0.0.0/0x8',
  'fd00::/129',
  'fe80::1%eth0',
  'fe80::1%eth0/64',
  '[fd00::1',
  'fd00::1]:80',
  'example.com/8',
  'http://example.com',
  'ex ample',
  'example.1',
  '-a.example',
  '*.example.com',
  '',
])('rejects "%s" and quotes it', (text) => {
  expect(() => parseNetworkRule(text)).toThrow(
    `"${text}" is not a network or host; write it like 10.0.0.0/8`,
  );
});

test.each(['10.0.0.1:0', '10.0.0.1:65536', '[::1]:99999', 'a.example:0'])(
  'rejects the port of %s',
  (text) => {
    expect(() => parseNetworkRule(text)).toThrow(/has the port \d+; ports are 1 to 65535/);
  },
);

test('a setting has several rules, and reports each invalid one', () => {
  expect(networkRules.parse(' 10.0.0.0/8 , a.example:80,')).toHaveLength(2);
  const { error } = networkRules.safeParse('10.0.0.0/8, 10, a.example:0');
  expect(error?.issues.map(({ message }) => message.slice(0, 15))).toEqual([
    '"10" is not a n',
    '"a.example:0" h',
  ]);
});

test('networks are not denied by name', () => {
  expect(addressRules.safeParse('10.0.0.1:80').success).toBe(true);
  expect(addressRules.safeParse('a.example').error?.issues[0]?.message).toContain('another name');
});
