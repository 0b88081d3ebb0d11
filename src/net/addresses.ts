/**
 * Which IP addresses the server may connect to: what is global unicast by IANA's special-purpose registries (RFC 6890 and
 * its successors), and what the operator allows besides.
 */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Parsed CIDRs; made by `parseNetworks`. */
export type Networks = readonly (readonly [base: Address, bits: number])[];

const CIDR = /^([^/]+)(?:\/(\d{1,3}))?$/;

/** Takes CIDRs, and single addresses as networks of one. Throws an Error that names the first bad one. */
export function parseNetworks(cidrs: readonly string[]): Networks {
  return cidrs.map((cidr) => {
    const [, address = '', prefix] = CIDR.exec(cidr.trim()) ?? [];
    const longest = isIP(address) === 6 ? 128 : 32;
    const bits = prefix === undefined ? longest : Number(prefix);
    // isIP and not ipaddr alone: that one reads "10" and "012.1" as addresses too.
    if (isIP(address) === 0 || address.includes('%') || bits > longest) {
      throw new Error(`"${cidr}" is not a network; write it like 10.0.0.0/8, 192.168.1.20 or fd00::/8`);
    }
    return [ipaddr.parse(address), bits];
  });
}

/** Not reachable from the internet, or not one machine there. The first that fits names the address. */
const forbidden = (
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
).map(([cidr, kind]) => ({ networks: parseNetworks([cidr]), kind }));

/** All of IPv6 that has been given out as global unicast; new special ranges outside need no line above. */
const globalIPv6 = parseNetworks(['2000::/3']);
/** RFC 6052: a gateway turns these into the IPv4 address in their last 32 bits. */
const nat64 = parseNetworks(['64:ff9b::/96']);

/**
 * Why an address may not be connected to, as in "a loopback address"; null when it may. IPv6 addresses that stand for
 * an IPv4 address are judged as that one.
 */
export function whyForbidden(address: string, allowed: Networks): string | null {
  if (isIP(address) === 0) return 'no address';
  const written = ipaddr.parse(address);
  const meant = embeddedIPv4(written) ?? written;
  if (isIn(meant, allowed) || isIn(written, allowed)) return null;
  const kind = forbidden.find(({ networks }) => isIn(meant, networks))?.kind;
  if (kind === undefined && (meant.kind() === 'ipv4' || isIn(meant, globalIPv6))) return null;
  return `${kind ?? 'a reserved'} address${written.kind() === 'ipv6' ? ' (IPv6)' : ''}`;
}

const isIn = (address: Address, networks: Networks): boolean =>
  networks.some(([base, bits]) => base.kind() === address.kind() && address.match(base, bits));

function embeddedIPv4(address: Address): Address | null {
  if (!(address instanceof ipaddr.IPv6)) return null;
  return address.isIPv4MappedAddress() || isIn(address, nat64)
    ? new ipaddr.IPv4(address.toByteArray().slice(12))
    : null;
}
