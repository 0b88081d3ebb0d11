/** The part of the composition root that decides what URLs of jobs may reach. */
import { join } from 'node:path';
import type { Config } from './config/config.ts';
import { isLoopback } from './lib/settings/listen-address.ts';
import { createNameResolver } from './net/dns/resolver.ts';
import { NetworkPolicy, toDestination } from './net/network-policy.ts';
import { type Endpoint, OwnServers } from './net/own-servers.ts';
import { readEndpoint } from './storage/s3/endpoint.ts';
import type { TemporalTarget } from './temporal/connection.ts';
import { serverListensAt } from './temporal/embedded/listening.ts';

export interface NetworkPolicies {
  readonly assets: NetworkPolicy;
  readonly callbacks: NetworkPolicy;
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
  // With a Temporal server elsewhere, jobs of other API servers run here, too.
  const allowsLoopback = config.allowsLocalCallbacks && isLoopback(temporal.host);
  return {
    assets: new NetworkPolicy({ allow, deny, own }),
    callbacks: new NetworkPolicy({ allow, deny, own, allowsLoopback }),
  };
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
