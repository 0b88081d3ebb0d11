/** Entries of DARKROOM_ALLOW_NETWORKS and DARKROOM_DENY_NETWORKS. */
import { z } from 'zod';
import { splitList } from '../lib/settings/values.ts';
import { type Address, contains, type Network, parseNetwork } from './addresses.ts';

export interface NetworkRule {
  /** A network, or the name of a host as URLs write it. */
  readonly host: Network | string;
  /** Null: all ports. */
  readonly port: number | null;
}

/** A name of letters, digits, hyphens and underscores; the last label is not a number. */
const HOST_NAME = /^(?:[a-z\d_](?:[a-z\d_-]*[a-z\d_])?\.)*[a-z_](?:[a-z\d_-]*[a-z\d_])?\.?$/i;

const withPort = [
  /^\[([^\][]+)\](\/\d{1,3})?(?::(\d{1,5}))?$/, // [fd00::1]:443, [fd00::]/8:443
  /^([^\][/]+)(\/\d{1,3})(?::(\d{1,5}))?$/, // 10.0.0.0/8:443, fd00::/8:443
  /^([^\][/:]+)()(?::(\d{1,5}))?$/, // 10.0.0.1:443, images.example:443
  /^([^\][/]+)()()$/, // fd00::1
];

/**
 * Parses an address, a CIDR or a host name, each with or without a port.
 *
 * @throws {Error} A message that quotes the text.
 * @example
 * parseNetworkRule('10.0.0.0/8:8443');
 * parseNetworkRule('[fd00::1]:443');
 * parseNetworkRule('images.example:8080');
 */
export function parseNetworkRule(text: string): NetworkRule {
  for (const pattern of withPort) {
    const [, host, bits = '', digits = ''] = pattern.exec(text) ?? [];
    if (host === undefined) continue;
    const port = digits === '' ? null : Number(digits);
    if (port !== null && (port < 1 || port > 65_535))
      throw new Error(`"${text}" has the port ${digits}; ports are 1 to 65535`);
    const network = parseNetwork(host + bits);
    if (network) return { host: network, port };
    if (bits === '' && HOST_NAME.test(host)) return { host: normalizeName(host), port };
  }
  throw new Error(
    `"${text}" is not a network or host; write it like 10.0.0.0/8, 192.168.1.20:8080, [fd00::1]:443 or images.example:8080`,
  );
}

/** RFC 6761, 6.3: these names always mean this machine. */
export const LOCALHOST = /(^|\.)localhost\.*$/i;

/** Formats a rule as `parseNetworkRule` reads it. */
export function formatRule({ host, port }: NetworkRule): string {
  const text = typeof host === 'string' ? host : `${host[0]}/${host[1]}`;
  return port === null ? text : `${text}:${port}`;
}

/** Returns a host name in lower case and without a dot at its end. */
export const normalizeName = (name: string): string => name.toLowerCase().replace(/\.$/, '');

/** Whether a rule covers an address that was found under a host name, at a port. */
export const matches = ({ host, port }: NetworkRule, name: string, address: Address, at: number): boolean =>
  (port === null || port === at) &&
  (typeof host === 'string' ? host === normalizeName(name) : contains(host, address));

/** Rules, comma-separated. */
export const networkRules = z.string().transform((text, context): NetworkRule[] =>
  splitList(text).flatMap((part) => {
    try {
      return [parseNetworkRule(part)];
    } catch (error) {
      context.addIssue(error instanceof Error ? error.message : String(error));
      return [];
    }
  }),
);

/** Addresses and networks without ports, comma-separated. */
export const networks = z.string().transform((text, context): Network[] =>
  splitList(text).flatMap((part) => {
    const network = parseNetwork(part);
    if (network === null) context.addIssue(`"${part}" must be an address or network, such as 10.0.0.0/8`);
    return network === null ? [] : [network];
  }),
);

/** Rules without names: another name could have the same address. */
export const addressRules = networkRules.refine(
  (rules) => rules.every(({ host }) => typeof host !== 'string'),
  'must be addresses or networks: a host that is denied by name could be reached by another name',
);
