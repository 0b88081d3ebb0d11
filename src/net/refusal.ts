/** Refuses forbidden URLs without a DNS lookup. */
import { isIP } from 'node:net';
import { type Networks, parseNetworks, whyForbidden } from './addresses.ts';

/** Thrown when a URL, or an address that its name resolves to, may not be reached. The message is public. */
export class AddressForbidden extends Error {
  override readonly name = 'AddressForbidden';
}

/**
 * Why this URL can be refused without a lookup: an address in a forbidden range in any spelling, `localhost`, a scheme that
 * is not http or https, credentials in the URL. Null when only the request itself can tell.
 */
export const refusalOf = (url: string, allowNetworks: readonly string[]): string | null =>
  refusalWithin(url, parseNetworks(allowNetworks));

export function refusalWithin(url: string, allowed: Networks): string | null {
  if (!URL.canParse(url)) return 'this is not a valid URL';
  // Decimal, octal, hexadecimal and full-width spellings of IPv4 come out as four decimal numbers (WHATWG URL, 3.5).
  const { protocol, username, password, hostname } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:')
    return `${protocol}// is not supported; use http:// or https://`;
  if (username !== '' || password !== '') return 'the URL must not carry a user name or password';
  const address = hostname.replace(/^\[|\]$/g, '');
  if (isIP(address) !== 0) {
    const kind = whyForbidden(address, allowed);
    return kind && explain(address, 'is', kind);
  }
  // RFC 6761, 6.3: such names always mean this machine.
  if (!/(^|\.)localhost\.*$/.test(hostname)) return null;
  const kinds = ['127.0.0.1', '::1'].map((loopback) => whyForbidden(loopback, allowed));
  return kinds.includes(null) ? null : explain(hostname, 'is', 'a loopback address');
}

/** The sentence for an address that may not be reached; `kind` as `whyForbidden` gives it. */
export const explain = (host: string, verb: 'is' | 'resolves to', kind: string): string =>
  `${host} ${verb} ${kind}, which this server may not reach; its operator can allow it with DARKROOM_ALLOW_NETWORKS`;
