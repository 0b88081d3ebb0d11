/** Opens connections for undici, to addresses that have been judged and to nothing else. */
import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { type Networks, whyForbidden } from './addresses.ts';
import { AddressForbidden, explain } from './refusal.ts';

/** All addresses of a name. */
export type Resolve = (hostname: string) => Promise<readonly { address: string; family: number }[]>;

const resolveBySystem: Resolve = (hostname) => lookup(hostname, { all: true });

export interface ConnectorOptions {
  readonly allowed: Networks;
  /** Milliseconds until a connection must stand, lookup and TLS included. */
  readonly timeoutMs: number;
  readonly resolve?: Resolve | undefined;
}

export function createConnector({
  allowed,
  timeoutMs,
  resolve = resolveBySystem,
}: ConnectorOptions): buildConnector.connector {
  const connect = buildConnector({
    timeout: timeoutMs,
    lookup: guardedLookup(resolve, allowed),
    // Node's 250 ms a family gives up on far servers that would have answered.
    autoSelectFamilyAttemptTimeout: 1000,
  });
  return (options, callback) => {
    // Node does not look up what is an address already.
    const kind = isIP(options.hostname) === 0 ? null : whyForbidden(options.hostname, allowed);
    if (kind === null) connect(options, callback);
    else callback(new AddressForbidden(explain(options.hostname, 'is', kind)), null);
  };
}

/**
 * The socket connects to the very addresses that were judged here, so that a name cannot resolve to another one in between.
 * One forbidden address refuses the lot: which of them a socket takes is chance.
 */
function guardedLookup(resolve: Resolve, allowed: Networks): LookupFunction {
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
