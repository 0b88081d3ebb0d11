/** The part of the composition root that decides what URLs of jobs may reach. */
import { join } from 'node:path';
import type { Config } from './config/config.ts';
import { isLoopback } from './lib/settings/listen-address.ts';
import { isThisMachine, parseAddress } from './net/addresses.ts';
import { createNameResolver } from './net/dns/resolver.ts';
import { NetworkPolicy, toDestination } from './net/network-policy.ts';
import { type Endpoint, OwnServers } from './net/own-servers.ts';
import { readEndpoint } from './storage/s3/endpoint.ts';
import type { TemporalTarget } from './temporal/connection.ts';
import { serverListensAt } from './temporal/embedded/listening.ts';

export interface NetworkPolicies {
  /** Of assets, and of callbacks that may not reach loopback addresses. */
  readonly general: NetworkPolicy;
  /** Of callbacks that may reach them. The same as `general` where Temporal, and so the server, is not on this machine. */
  readonly loopback: NetworkPolicy;
  /** Whether this server lets a callback to a URL reach loopback addresses. Never one to a port of its own parts. */
  readonly mayReachLoopback: (url: string) => boolean;
}

/** Builds the policies for asset and callback URLs. */
export function createNetworkPolicies(
  config: Config,
  { address }: Pick<TemporalTarget, 'address'>,
  resolver = createNameResolver(),
): NetworkPolicies {
  const temporal = toDestination(new URL(`http://${address.replace(/^.*\//, '')}`));
  const { DARKROOM_ALLOW_NETWORKS: allow, DARKROOM_DENY_NETWORKS: deny } = config;
  const own = new OwnServers({
    endpoints: [...config.DARKROOM_LISTEN, ...temporalEndpoints(temporal), ...otherEndpoints(config)],
    resolve: async (name) => (await resolver.resolve(name, '')).map((found) => found.address),
    listensAt: (port) => serverListensAt(join(config.DARKROOM_DATA, 'temporal.pid'), port),
  });
  const general = new NetworkPolicy({ allow, deny, own });
  const loopback = isOnThisMachine(temporal)
    ? new NetworkPolicy({ allow, deny, own, allowsLoopback: true })
    : general;
  // With a Temporal server elsewhere, workers of other machines run the jobs, too.
  const allowsLoopback = config.allowsLocalCallbacks && isLoopback(temporal.host);
  return {
    general,
    loopback,
    mayReachLoopback: (url) =>
      allowsLoopback && URL.canParse(url) && !own.hasPort(toDestination(new URL(url)).port),
  };
}

function isOnThisMachine({ host }: Endpoint): boolean {
  const address = parseAddress(host);
  return address === null ? isLoopback(host) : isThisMachine(address);
}

/** Default ports of Temporal's HTTP API and Web UI. */
const TEMPORAL_PORTS = [7243, 8233];

/** `temporal server start-dev` serves its Web UI 1000 ports above gRPC. */
const temporalEndpoints = ({ host, port }: Endpoint): Endpoint[] =>
  [port, port + 1000, ...TEMPORAL_PORTS].map((each) => ({ host, port: each }));

function otherEndpoints({ DARKROOM_STORE, DARKROOM_WORKER_METRICS }: Config): Endpoint[] {
  const endpoint = DARKROOM_STORE.kind === 's3' ? readEndpoint(process.env) : '';
  const s3 = URL.canParse(endpoint) ? [toDestination(new URL(endpoint))] : [];
  return DARKROOM_WORKER_METRICS ? [DARKROOM_WORKER_METRICS, ...s3] : s3;
}
