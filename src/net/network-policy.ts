/** Decides which URLs that clients choose may be reached, and at which addresses. */
import { isIP } from 'node:net';
import { type Address, describeSpecial, isLoopbackAddress, parseAddress } from './addresses.ts';
import { LOCALHOST, matches, type NetworkRule } from './network-rule.ts';
import type { OwnServers } from './own-servers.ts';

/** Thrown when a URL, or an address that its name resolves to, may not be reached. The message is public. */
export class AddressForbidden extends Error {
  override readonly name = 'AddressForbidden';
}

export interface NetworkPolicyOptions {
  /** What may be reached although it is not global unicast. */
  readonly allow: readonly NetworkRule[];
  /** What may not be reached, whatever `allow` says. */
  readonly deny?: readonly NetworkRule[];
  /** Never reached. */
  readonly own?: OwnServers;
  /** Whether loopback addresses may be reached without a rule. Default: no. */
  readonly allowsLoopback?: boolean;
}

/** Own servers are always refused. `deny` takes precedence over `allow`, and `allow` over IANA's special ranges. */
export class NetworkPolicy {
  readonly #options: NetworkPolicyOptions;

  constructor(options: NetworkPolicyOptions) {
    this.#options = options;
  }

  /**
   * Returns why a URL is refused without a lookup: a forbidden address in any spelling, a name that always means this machine,
   * a scheme other than http and https, credentials. Null: only `check` can tell.
   */
  findRefusal(url: string): string | null {
    if (!URL.canParse(url)) return 'this is not a valid URL';
    // Decimal, octal, hexadecimal and full-width spellings of IPv4 come out as four decimal numbers (WHATWG URL, 3.5).
    const { protocol, username, password } = new URL(url);
    if (protocol !== 'http:' && protocol !== 'https:')
      return `${protocol}// is not supported; use http:// or https://`;
    if (username !== '' || password !== '') return 'the URL must not carry a user name or password';
    const { host, port } = toDestination(new URL(url));
    if (isIP(host) !== 0) return this.#refuse(host, host, port);
    if (this.#options.own?.hasName(host, port)) return describeOwn(host, port);
    if (!LOCALHOST.test(host)) return null;
    const refusals = ['127.0.0.1', '::1'].map((address) => this.#refuse(host, address, port));
    return refusals.includes(null) ? null : (refusals[0] ?? null);
  }

  /**
   * Checks the addresses that the host of a URL resolves to, or the one that it is. One forbidden address refuses the host:
   * a connection could use any of them.
   *
   * @throws {AddressForbidden}
   */
  async check(host: string, port: number, addresses: readonly string[]): Promise<void> {
    for (const text of addresses) {
      const refusal = this.#refuse(host, text, port);
      if (refusal !== null) throw new AddressForbidden(refusal);
      const address = parseAddress(text);
      if (address && (await this.#options.own?.owns(address, port)))
        throw new AddressForbidden(describeOwn(host, port));
    }
  }

  #refuse(host: string, text: string, port: number): string | null {
    const address = parseAddress(text);
    if (!address) return `${host} has an address that cannot be checked`;
    const { own, deny = [] } = this.#options;
    if (own?.hasAddress(address, port)) return describeOwn(host, port);
    const relation = host === text || LOCALHOST.test(host) ? 'is' : 'resolves to';
    if (deny.some((rule) => matches(rule, host, address, port)))
      return `${host} ${relation} an address that the operator of this server denies (DARKROOM_DENY_NETWORKS)`;
    if (this.#isAllowed(host, address, port)) return null;
    const kind = describeSpecial(address);
    return (
      kind &&
      `${host} ${relation} ${kind}, which this server may not reach; its operator can allow it with DARKROOM_ALLOW_NETWORKS`
    );
  }

  #isAllowed(host: string, address: Address, port: number): boolean {
    const { allow, allowsLoopback = false } = this.#options;
    return (
      (allowsLoopback && isLoopbackAddress(address)) ||
      allow.some((rule) => matches(rule, host, address, port))
    );
  }
}

/** The host of a URL, without brackets, and its port. */
export const toDestination = ({ hostname, port, protocol }: URL): { host: string; port: number } => ({
  host: hostname.replace(/^\[|\]$/g, ''),
  port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
});

const describeOwn = (host: string, port: number): string =>
  `port ${port} of ${host} belongs to this server or its parts, which URLs of jobs may not reach`;
