import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeSpecial, parseAddress } from '../../../src/net/addresses.ts';
import { createPolicy } from '../../support/net/client.ts';

const findRefusal = (url: string, allow: readonly string[] = []) => createPolicy({ allow }).findRefusal(url);

/** Written out again, independently of the code, from IANA's special-purpose registries. */
const forbiddenIPv4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

const numberOf = (address: string) => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const bytesOf = (value: number) => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256);

/** First and last address. */
function boundsOf(cidr: string): { first: number; last: number } {
  const [base = '', bits = ''] = cidr.split('/');
  const first = numberOf(base);
  return { first, last: first + 2 ** (32 - Number(bits)) - 1 };
}

const inRange = (cidr: string) => {
  const { first, last } = boundsOf(cidr);
  return fc.oneof(fc.constantFrom(first, last), fc.integer({ min: first, max: last }));
};
const forbiddenAddress = fc.constantFrom(...forbiddenIPv4).chain(inRange);
const publicAddress = fc
  .integer({ min: 0, max: 2 ** 32 - 1 })
  .filter((value) => !forbiddenIPv4.map(boundsOf).some(({ first, last }) => first <= value && value <= last))
  .filter((value) => !/^(192\.88\.99\.|168\.63\.129\.16$)/.test(bytesOf(value).join('.')));

const octal = (value: number) => `0${value.toString(8)}`;
const hex = (value: number) => `0x${value.toString(16)}`;
const groups = (value: number) => `${Math.floor(value / 65536).toString(16)}:${(value % 65536).toString(16)}`;

/** Ways to write one IPv4 address as the host of a URL. */
const spellings: Record<string, (value: number) => string> = {
  dotted: (value) => bytesOf(value).join('.'),
  'dotted, with a dot at the end': (value) => `${bytesOf(value).join('.')}.`,
  decimal: String,
  octal,
  hex,
  'upper-case hex': (value) => hex(value).toUpperCase(),
  'octal parts': (value) => bytesOf(value).map(octal).join('.'),
  'hex parts': (value) => bytesOf(value).map(hex).join('.'),
  'mixed parts': (value) =>
    bytesOf(value)
      .map((part, index) => (index % 2 === 0 ? hex(part) : octal(part)))
      .join('.'),
  'two parts': (value) => `${Math.floor(value / 2 ** 24)}.${value % 2 ** 24}`,
  'three parts': (value) => `${bytesOf(value).slice(0, 2).join('.')}.${value % 65536}`,
  'full-width': (value) =>
    bytesOf(value)
      .join('。')
      .replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit))),
  'percent-encoded': (value) =>
    bytesOf(value)
      .join('.')
      .replace(/\d/g, (digit) => `%3${digit}`),
  'mapped to IPv6': (value) => `[::ffff:${bytesOf(value).join('.')}]`,
  'mapped to IPv6, in hex': (value) => `[::ffff:${groups(value)}]`,
  'mapped to IPv6, in full': (value) => `[0:0:0:0:0:FFFF:${groups(value)}]`,
  NAT64: (value) => `[64:ff9b::${groups(value)}]`,
};
/** Ways that are refused whatever they embed. */
const refusedSpellings: Record<string, (value: number) => string> = {
  'IPv4-compatible': (value) => `[::${groups(value)}]`,
  'local NAT64': (value) => `[64:ff9b:1::${groups(value)}]`,
  '6to4': (value) => `[2002:${groups(value)}::1]`,
  Teredo: (value) => `[2001:0:4136:e378:8000:63bf:${groups(value)}]`,
};

describe('a URL', () => {
  test.each(Object.entries(spellings))('refuses every forbidden IPv4 address: %s', (_, spell) => {
    fc.assert(
      fc.property(forbiddenAddress, fc.constantFrom('http', 'https'), (value, scheme) => {
        expect(findRefusal(`${scheme}://${spell(value)}:8080/a.jpg`)).toContain('may not reach');
      }),
    );
  });

  test.each(Object.entries(spellings))('permits public IPv4 addresses: %s', (_, spell) => {
    fc.assert(
      fc.property(publicAddress, (value) => {
        expect(findRefusal(`http://${spell(value)}/`)).toBeNull();
      }),
    );
  });

  test.each(Object.entries(refusedSpellings))(
    'refuses addresses that embed IPv4, for any target: %s',
    (_, spell) => {
      fc.assert(
        fc.property(fc.oneof(forbiddenAddress, publicAddress), (value) => {
          expect(findRefusal(`http://${spell(value)}/`)).toContain('may not reach');
        }),
      );
    },
  );

  test('refuses IPv6 outside 2000::/3', () => {
    const part = fc.integer({ min: 0, max: 0xffff });
    const outside = part
      .filter((first) => first < 0x2000 || first > 0x3fff)
      .filter((first) => first !== 0x64 && first !== 0);
    fc.assert(
      fc.property(outside, fc.array(part, { minLength: 7, maxLength: 7 }), (first, rest) => {
        const address = [first, ...rest].map((value) => value.toString(16)).join(':');
        expect(findRefusal(`http://[${address}]/`)).toContain('may not reach');
      }),
    );
  });

  test.each([
    ['[::]', 'an unspecified address'],
    ['[::1]', 'a loopback address'],
    ['[fc00::1]', 'a private address'],
    ['[fd00:ec2::254]', 'a private address'],
    ['[fe80::1]', 'a link-local address'],
    ['[ff02::1]', 'a multicast address'],
    ['[2001:db8::1]', 'a documentation address'],
    ['[3fff::1]', 'a documentation address'],
    ['169.254.169.254', 'a link-local address'],
    ['100.100.100.200', 'a carrier-grade NAT address'],
    ['168.63.129.16', 'a cloud platform address'],
    ['255.255.255.255', 'a broadcast address'],
    ['0', 'an unspecified address'],
    ['127.1', 'a loopback address'],
    ['localhost', 'a loopback address'],
    ['LOCALHOST', 'a loopback address'],
    ['localhost.', 'a loopback address'],
    ['a.b.localhost', 'a loopback address'],
  ])('describes %s', (host, kind) => {
    expect(findRefusal(`http://${host}/`)).toContain(`is ${kind}`);
  });

  test.each([
    ['file:///etc/passwd', 'file:// is not supported; use http:// or https://'],
    ['ftp://example.com/a', 'ftp:// is not supported; use http:// or https://'],
    ['http://user@example.com/', 'the URL must not carry a user name or password'],
    ['http://:secret@example.com/', 'the URL must not carry a user name or password'],
    ['example.com/a.jpg', 'this is not a valid URL'],
    ['http://1.2.3.256/', 'this is not a valid URL'],
    ['http://[fe80::1%25eth0]/', 'this is not a valid URL'],
  ])('refuses %s', (url, reason) => {
    expect(findRefusal(url)).toBe(reason);
  });

  test.each([
    'http://example.com/',
    'https://example.com.:8443/a?b#c',
    'http://[2606:4700:4700::1111]/',
    'http://localhost.example.com/',
    'http://notlocalhost/',
    'http://10.example.com/',
  ])('permits %s', (url) => {
    expect(findRefusal(url)).toBeNull();
  });

  test('permits only what the operator allows, in every spelling', () => {
    const { first, last } = boundsOf('10.1.0.0/16');
    const spelling = fc.constantFrom(...Object.values(spellings));
    fc.assert(
      fc.property(fc.integer({ min: first, max: last }), spelling, (value, spell) => {
        expect(findRefusal(`http://${spell(value)}/`, ['192.168.0.7', '10.1.0.0/16'])).toBeNull();
      }),
    );
    for (const host of ['10.0.255.255', '10.2.0.0', '192.168.0.8', '[::1]', 'localhost']) {
      expect(findRefusal(`http://${host}/`, ['192.168.0.7', '10.1.0.0/16'])).not.toBeNull();
    }
    expect(findRefusal('http://192.168.0.7/', ['192.168.0.7', '10.1.0.0/16'])).toBeNull();
    expect(findRefusal('http://[fd12::1]/', ['fd00::/8'])).toBeNull();
    expect(findRefusal('http://localhost/', ['127.0.0.0/8'])).toBeNull();
    expect(findRefusal('http://localhost/', ['::1'])).toBeNull();
    expect(findRefusal('file:///etc/passwd', ['0.0.0.0/0', '::/0'])).not.toBeNull();
  });
});

test('an address with a zone, or in an unusual spelling, cannot be parsed', () => {
  for (const text of ['', 'example.com', '127.1', 'fe80::1%eth0']) expect(parseAddress(text)).toBeNull();
});

test('global addresses are not special', () => {
  const address = parseAddress('93.184.215.14');
  expect(address && describeSpecial(address)).toBeNull();
});
