/** The address of the client, which proxies in front of this server pass on in headers. */
import parse from 'forwarded-parse';
import type { MiddlewareHandler } from 'hono';
import { type Address, contains, type Network, parseAddress } from '../net/addresses.ts';
import type { ApiEnv } from './context.ts';
import { toAddressSubject } from './limits/caller.ts';

/** The headers that may name earlier hops. */
interface Forwarding {
  /** `X-Forwarded-For`: addresses, the client first. */
  readonly forwardedFor: string | undefined;
  /** `Forwarded` (RFC 7239). */
  readonly forwarded: string | undefined;
}

/** Middleware that sets `address` and `addressSubject`. Without trusted proxies, it is the address that connected. */
export const setClientAddress =
  (trusted: readonly Network[]): MiddlewareHandler<ApiEnv> =>
  async (c, next) => {
    // Without a connection in tests that call the application directly.
    const peer = c.env?.incoming?.socket.remoteAddress;
    const headers = { forwardedFor: c.req.header('x-forwarded-for'), forwarded: c.req.header('forwarded') };
    const address = peer === undefined ? null : findClientAddress(peer, headers, trusted);
    c.set('address', address);
    c.set('addressSubject', address && toAddressSubject(address));
    await next();
  };

/**
 * Returns the address of the client: the last one, from the right, that no trusted proxy has.
 *
 * A proxy usually writes one of the two headers and passes the other one on as the client sent it. If they name different
 * clients, nobody knows which one is forged, and the address that connected counts.
 */
export function findClientAddress(
  peer: string,
  { forwardedFor, forwarded }: Forwarding,
  trusted: readonly Network[],
): string {
  const hops = [
    ...(forwardedFor === undefined ? [] : [forwardedFor.split(',')]),
    ...(forwarded === undefined ? [] : [parseForwarded(forwarded)]),
  ];
  const clients = new Set(hops.map((each) => findFirstUntrusted(peer, each, trusted)));
  const [client, other] = clients;
  return client === undefined || other !== undefined ? findFirstUntrusted(peer, [], trusted) : client;
}

function findFirstUntrusted(peer: string, hops: readonly string[], trusted: readonly Network[]): string {
  let address = parseAddress(peer);
  if (!address) return peer;
  for (const hop of hops.toReversed()) {
    if (!isTrusted(address, trusted)) break;
    const earlier = parseHop(hop);
    // Such as `unknown`: the proxy does not say who called it.
    if (!earlier) break;
    address = earlier;
  }
  return address.meant.toString();
}

const isTrusted = (address: Address, trusted: readonly Network[]): boolean =>
  trusted.some((network) => contains(network, address));

/** Parses an address with or without a port, such as `192.0.2.1:4711` or `[2001:db8::1]:4711`. */
function parseHop(hop: string): Address | null {
  const text = hop.trim();
  const [, bracketed, plain] = /^(?:\[([^\]]+)\]|([\d.]+))(?::\d+)?$/.exec(text) ?? [];
  return parseAddress(bracketed ?? plain ?? text);
}

/** Returns the value of `for` of each element, empty where there is none; no elements if the header is malformed. */
function parseForwarded(header: string): string[] {
  try {
    return parse(header).map((element) => element['for'] ?? '');
  } catch {
    return [];
  }
}
