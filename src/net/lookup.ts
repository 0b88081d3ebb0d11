/** DNS lookups of sockets that return only permitted addresses. */
import type { LookupFunction } from 'node:net';
import type { NameResolver } from './dns/resolver.ts';
import type { NetworkPolicy } from './network-policy.ts';

export interface LookupOptions {
  readonly resolver: NameResolver;
  readonly policy: NetworkPolicy;
  readonly port: number;
  /** Whose share of the lookups is used. */
  readonly tenant: string;
}

/**
 * Returns a lookup function for sockets to a port. A socket connects to the addresses that were checked here, so a name cannot
 * resolve to another address in between.
 *
 * Node does not call it for IP addresses; the caller checks those.
 */
export function createLookup({ resolver, policy, port, tenant }: LookupOptions): LookupFunction {
  const find = async (hostname: string) => {
    const found = await resolver.resolve(hostname, tenant);
    if (found.length === 0)
      throw Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' });
    const addresses = found.map(({ address }) => address);
    await policy.check(hostname, port, addresses);
    return found;
  };
  return (hostname, { all }, callback) => {
    find(hostname).then(
      (found) => {
        if (all) callback(null, [...found]);
        else callback(null, found[0]?.address ?? '', found[0]?.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };
}
