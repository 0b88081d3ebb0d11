/** DNS lookups that return only permitted addresses. */
import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { type Networks, whyForbidden } from './addresses.ts';
import { AddressForbidden, explain } from './refusal.ts';

/** Returns all addresses of a name. */
export type Resolve = (hostname: string) => Promise<readonly { address: string; family: number }[]>;

export const resolveBySystem: Resolve = (hostname) => lookup(hostname, { all: true });

/**
 * Returns a lookup function for sockets. A socket connects to the addresses that were checked here, so a name cannot resolve
 * to another address in between. One forbidden address refuses the name: the socket could take any of them.
 *
 * Node does not call it for IP addresses; `refusalWithin` checks those.
 */
export function createLookup(resolve: Resolve, allowed: Networks): LookupFunction {
  return (hostname, { all }, callback) => {
    resolve(hostname).then(
      (found) => {
        const [first] = found;
        const kind = found.map(({ address }) => whyForbidden(address, allowed)).find((why) => why !== null);
        if (kind) callback(new AddressForbidden(explain(hostname, 'resolves to', kind)), []);
        else if (!first)
          callback(Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' }), []);
        else if (all) callback(null, [...found]);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };
}
