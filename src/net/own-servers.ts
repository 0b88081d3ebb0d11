/** Recognizes darkroom's own servers, and those that it depends on, among the destinations of URLs that clients choose. */
import { type Address, describeSpecial, isSame, isThisMachine, parseAddress } from './addresses.ts';
import { LOCALHOST, normalizeName } from './network-rule.ts';

/** An address at which a server listens, or at which darkroom reaches it. */
export interface Endpoint {
  /** A name or an address, without brackets. */
  readonly host: string;
  readonly port: number;
}

export interface OwnServersOptions {
  readonly endpoints: readonly Endpoint[];
  /** Returns the addresses of an endpoint that has a name. */
  readonly resolve: (name: string) => Promise<readonly string[]>;
  /** Whether a part of darkroom that picks its own ports listens at this port of this machine. */
  readonly listensAt?: (port: number) => Promise<boolean>;
}

/** Servers of this machine are recognized at all its addresses, servers of a private network at theirs. */
export class OwnServers {
  readonly #options: OwnServersOptions;

  constructor(options: OwnServersOptions) {
    this.#options = options;
  }

  /** Whether an endpoint has this port, whatever its address. */
  hasPort(port: number): boolean {
    return this.#endpointsAt(port).length > 0;
  }

  /** Whether an endpoint has this name in the settings. Needs no lookup. */
  hasName(name: string, port: number): boolean {
    return this.#endpointsAt(port).some(({ host }) => normalizeName(host) === normalizeName(name));
  }

  /** Whether an endpoint has this address in the settings. Needs no lookup. */
  hasAddress(address: Address, port: number): boolean {
    const isHere = isThisMachine(address);
    if (!isHere && describeSpecial(address) === null) return false;
    return this.#endpointsAt(port).some(({ host }) => {
      if (LOCALHOST.test(host)) return isHere;
      const own = parseAddress(host);
      return own !== null && (isSame(own, address) || (isHere && isThisMachine(own)));
    });
  }

  /** Like `hasAddress`, with endpoints whose names have this address, and ports that parts of darkroom picked. */
  async owns(address: Address, port: number): Promise<boolean> {
    if (this.hasAddress(address, port)) return true;
    const isHere = isThisMachine(address);
    if (!isHere && describeSpecial(address) === null) return false;
    if (isHere && (await this.#options.listensAt?.(port))) return true;
    const names = this.#endpointsAt(port).filter(({ host }) => parseAddress(host) === null);
    const found = await Promise.all(names.map(({ host }) => this.#options.resolve(host)));
    return found.flat().some((text) => {
      const own = parseAddress(text);
      return own !== null && (isSame(own, address) || (isHere && isThisMachine(own)));
    });
  }

  #endpointsAt(port: number): Endpoint[] {
    return this.#options.endpoints.filter((endpoint) => endpoint.port === port);
  }
}
