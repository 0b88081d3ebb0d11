/**
 * What IP addresses are: global unicast, or special by IANA's registries (RFC 6890 and its successors).
 */
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';

type IpAddress = ipaddr.IPv4 | ipaddr.IPv6;

/** A parsed CIDR; made by `parseNetwork`. */
export type Network = readonly [base: IpAddress, bits: number];

const CIDR = /^([^/]+)(?:\/(\d{1,3}))?$/;

/** Parses a CIDR, or an address as a network of one. Returns null for other text. */
export function parseNetwork(cidr: string): Network | null {
  const [, address = '', prefix] = CIDR.exec(cidr) ?? [];
  const longest = isIP(address) === 6 ? 128 : 32;
  const bits = prefix === undefined ? longest : Number(prefix);
  // ipaddr alone accepts "10" and "012.1" as addresses.
  if (isIP(address) === 0 || address.includes('%') || bits > longest) return null;
  return [ipaddr.parse(address), bits];
}

/** Builds networks from literals of this program. */
const toNetworks = (...cidrs: readonly string[]): Network[] =>
  cidrs.flatMap((cidr) => {
    const network = parseNetwork(cidr);
    return network ? [network] : [];
  });

/** The first range that contains an address names it. */
const specialRanges = (
  [
    ['0.0.0.0/8', 'an unspecified'],
    ['10.0.0.0/8', 'a private'],
    ['100.64.0.0/10', 'a carrier-grade NAT'],
    ['127.0.0.0/8', 'a loopback'],
    ['168.63.129.16/32', 'a cloud platform'], // Azure's WireServer: a public address that only its own guests reach
    ['169.254.0.0/16', 'a link-local'],
    ['172.16.0.0/12', 'a private'],
    ['192.0.0.0/24', 'a reserved'],
    ['192.0.2.0/24', 'a documentation'],
    ['192.88.99.0/24', 'a reserved'],
    ['192.168.0.0/16', 'a private'],
    ['198.18.0.0/15', 'a benchmarking'],
    ['198.51.100.0/24', 'a documentation'],
    ['203.0.113.0/24', 'a documentation'],
    ['224.0.0.0/4', 'a multicast'],
    ['255.255.255.255/32', 'a broadcast'],
    ['240.0.0.0/4', 'a reserved'],
    ['::/128', 'an unspecified'],
    ['::1/128', 'a loopback'],
    ['2001:db8::/32', 'a documentation'],
    ['2001::/32', 'a tunnelled'], // Teredo
    ['2001::/23', 'a reserved'],
    ['2002::/16', 'a tunnelled'], // 6to4
    ['3fff::/20', 'a documentation'],
    ['fc00::/7', 'a private'],
    ['fe80::/10', 'a link-local'],
    ['ff00::/8', 'a multicast'],
  ] as const
).map(([cidr, kind]) => ({ networks: toNetworks(cidr), kind }));

/** All of IPv6 that has been assigned as global unicast; later special ranges outside need no line above. */
const globalIPv6 = toNetworks('2000::/3');
/** RFC 6052: a gateway turns these into the IPv4 address in their last 32 bits. */
const nat64 = toNetworks('64:ff9b::/96');
const loopback = toNetworks('127.0.0.0/8', '::1');
const unspecified = toNetworks('0.0.0.0', '::');

/** An IP address of a connection. */
export interface Address {
  readonly written: IpAddress;
  /** The IPv4 address that `written` stands for, if it does (IPv4-mapped, NAT64); else `written`. */
  readonly meant: IpAddress;
}

/** Returns null for text that is not an address, and for addresses with a zone. */
export function parseAddress(text: string): Address | null {
  if (isIP(text) === 0 || text.includes('%')) return null;
  const written = ipaddr.parse(text);
  return { written, meant: embeddedIPv4(written) ?? written };
}

/** Says what an address is if it is not global unicast, as in "a loopback address"; else returns null. */
export function describeSpecial({ written, meant }: Address): string | null {
  const kind = specialRanges.find(({ networks }) => isIn(meant, networks))?.kind;
  if (kind === undefined && (meant.kind() === 'ipv4' || isIn(meant, globalIPv6))) return null;
  return `${kind ?? 'a reserved'} address${written.kind() === 'ipv6' ? ' (IPv6)' : ''}`;
}

/** Whether a network contains an address as written, or the IPv4 address that it stands for. */
export const contains = (network: Network, { written, meant }: Address): boolean =>
  isIn(meant, [network]) || isIn(written, [network]);

export const isSame = (one: Address, other: Address): boolean =>
  one.meant.kind() === other.meant.kind() && one.meant.toString() === other.meant.toString();

export const isLoopbackAddress = ({ meant }: Address): boolean => isIn(meant, loopback);

/** Whether a connection to the address ends at this machine: loopback, unspecified, or an address of an interface. */
export function isThisMachine(address: Address): boolean {
  if (isIn(address.meant, loopback) || isIn(address.meant, unspecified)) return true;
  return Object.values(networkInterfaces())
    .flatMap((interfaces) => interfaces ?? [])
    .some(({ address: own }) => {
      const parsed = parseAddress(own);
      return parsed !== null && isSame(parsed, address);
    });
}

const isIn = (address: IpAddress, networks: readonly Network[]): boolean =>
  networks.some(([base, bits]) => base.kind() === address.kind() && address.match(base, bits));

function embeddedIPv4(address: IpAddress): IpAddress | null {
  if (!(address instanceof ipaddr.IPv6)) return null;
  return address.isIPv4MappedAddress() || isIn(address, nat64)
    ? new ipaddr.IPv4(address.toByteArray().slice(12))
    : null;
}
