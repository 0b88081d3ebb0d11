/**
 * Resolves host names without the system's getaddrinfo, which holds a thread of the process until name servers answer: a few
 * silent ones would stop all file access. Names are looked up as getaddrinfo does: hosts file, search domains, both families.
 */
import { promises } from 'node:dns';
import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { LRUCache } from 'lru-cache';
import { SharedSlots } from '../../lib/shared-slots.ts';
import { SingleFlight } from '../../lib/single-flight.ts';
import { TtlCache } from '../../lib/ttl-cache.ts';
import { withTimeout } from '../../lib/with-timeout.ts';
import { describeSpecial, parseAddress } from '../addresses.ts';
import { LOCALHOST } from '../network-rule.ts';
import { readHosts } from './hosts-file.ts';
import { queryAddresses } from './query.ts';
import { listCandidates, type ResolverSettings, readResolverSettings } from './resolv-conf.ts';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

export interface NameResolver {
  /**
   * Returns all addresses of a name.
   *
   * @param tenant For whom. Each tenant has a share of the lookups that run at once.
   * @throws {Error} With the code ENOTFOUND, DNS_FAILED or DNS_TIMEOUT.
   */
  resolve(name: string, tenant: string): Promise<readonly ResolvedAddress[]>;
}

export interface NameResolverOptions {
  /** Default: /etc/resolv.conf. Read again every 5 seconds. */
  readonly resolvConf?: string;
  /** Default: /etc/hosts. Read again every 5 seconds. */
  readonly hosts?: string;
  /** Milliseconds for one name. Default: 8 s. */
  readonly timeoutMs?: number;
  /** Lookups that run at once; those of one tenant take a quarter of them. Default: 128. */
  readonly lookups?: number;
}

/** Names that are kept with their addresses, or with the reason why they have none. */
const MAX_NAMES = 4000;
const FILE_MS = 5000;
/** Milliseconds for which addresses are kept, whatever their TTL. */
const MIN_KEPT_MS = 1000;
const MAX_KEPT_MS = 300_000;
const ABSENT_KEPT_MS = 10_000;
const FAILURE_KEPT_MS = 5000;
/** Of 128 slots, one tenant gets 32, and two get 25 each. */
const TENANT_FACTOR = 1 / 3;
/** Threads that getaddrinfo may hold. */
const SYSTEM_LOOKUPS = 2;

type DnsErrorCode = 'ENOTFOUND' | 'DNS_FAILED' | 'DNS_TIMEOUT';

type Result =
  | { readonly addresses: readonly ResolvedAddress[]; readonly keptMs: number }
  | { readonly code: DnsErrorCode; readonly keptMs: number };

const SILENT: Result = { code: 'DNS_TIMEOUT', keptMs: FAILURE_KEPT_MS };

export function createNameResolver(options: NameResolverOptions = {}): NameResolver {
  return new CaresResolver(options);
}

class CaresResolver implements NameResolver {
  readonly #options: NameResolverOptions & { readonly timeoutMs: number; readonly lookups: number };
  readonly #hosts = new TtlCache<ReadonlyMap<string, readonly string[]>>(FILE_MS, 1);
  readonly #settings = new TtlCache<ResolverSettings>(FILE_MS, 1);
  readonly #results = new LRUCache<string, Result>({ max: MAX_NAMES });
  /** Tenants do not join the lookups of others, which may wait for a slot. */
  readonly #running = new SingleFlight<Result>(() => 0);
  readonly #slots: SharedSlots;
  readonly #systemSlots = new SharedSlots(SYSTEM_LOOKUPS);
  /** Shared by all lookups: it remembers which servers fail. */
  #cares: { readonly key: string; readonly resolver: promises.Resolver } | null = null;

  constructor(options: NameResolverOptions) {
    this.#options = { timeoutMs: 8000, lookups: 128, ...options };
    this.#slots = new SharedSlots(this.#options.lookups);
  }

  async resolve(name: string, tenant: string): Promise<readonly ResolvedAddress[]> {
    const base = name.toLowerCase().replace(/\.$/, '');
    const hosts = await this.#hosts.get('', () => readHosts(this.#options.hosts));
    const listed = hosts.get(base);
    if (listed) return order(listed);
    if (LOCALHOST.test(base)) return order(['127.0.0.1']);
    const result = await this.#find(name.toLowerCase(), tenant);
    if ('addresses' in result) return result.addresses;
    throw Object.assign(new Error(`${name}: ${result.code}`), { code: result.code });
  }

  /** Returns the known result, or joins the lookup of the name that runs for the tenant, or starts one. */
  async #find(name: string, tenant: string): Promise<Result> {
    return (
      this.#results.get(name) ??
      this.#running.get(JSON.stringify([tenant, name]), () => this.#lookUp(name, tenant))
    );
  }

  /** Never rejects. */
  #lookUp(name: string, tenant: string): Promise<Result> {
    const shares = [{ key: tenant, factor: TENANT_FACTOR }];
    return withTimeout(this.#options.timeoutMs, undefined, (signal) =>
      this.#slots.run(signal, shares, async () => {
        const result = await Promise.race([this.#query(name, signal), aborted(signal)]).catch(() => SILENT);
        this.#results.set(name, result, { ttl: result.keptMs });
        return result;
      }),
    ).catch(() => SILENT);
  }

  /** Follows the search list as glibc does: a failed server does not end the search, a silent one does. */
  async #query(name: string, signal: AbortSignal): Promise<Result> {
    const settings = await this.#settings.get('', () => readResolverSettings(this.#options.resolvConf));
    const resolver = this.#resolverFor(settings);
    let code: DnsErrorCode = 'ENOTFOUND';
    for (const candidate of listCandidates(name, settings)) {
      const { state, addresses, ttl } = await queryAddresses(resolver, candidate);
      if (state === 'found') {
        const keptMs = Math.min(Math.max(ttl * 1000, MIN_KEPT_MS), MAX_KEPT_MS);
        return { addresses: order(addresses), keptMs };
      }
      if (state === 'silent') return SILENT;
      if (state === 'failed') code = 'DNS_FAILED';
    }
    if (isKnownToSystemOnly(name)) return this.#askSystem(name, signal);
    return { code, keptMs: code === 'ENOTFOUND' ? ABSENT_KEPT_MS : FAILURE_KEPT_MS };
  }

  async #askSystem(name: string, signal: AbortSignal): Promise<Result> {
    return this.#systemSlots.run(signal, [], () =>
      promises.lookup(name, { all: true }).then(
        (found) => ({ addresses: order(found.map(({ address }) => address)), keptMs: ABSENT_KEPT_MS }),
        () => ({ code: 'ENOTFOUND', keptMs: ABSENT_KEPT_MS }),
      ),
    );
  }

  #resolverFor({ servers, timeoutMs, attempts }: ResolverSettings): promises.Resolver {
    const key = JSON.stringify([servers, timeoutMs, attempts]);
    if (this.#cares?.key !== key) {
      const resolver = new promises.Resolver({ timeout: timeoutMs, tries: attempts });
      if (servers.length > 0) resolver.setServers(servers);
      this.#cares = { key, resolver };
    }
    return this.#cares.resolver;
  }
}

/** Multicast DNS, and the name of this machine: getaddrinfo finds them if the system is set up for it. */
const isKnownToSystemOnly = (name: string): boolean =>
  /\.local\.?$/.test(name) || name === hostname().toLowerCase();

/** Rejects when the signal aborts. */
const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });

/** Puts IPv6 first on machines with a global IPv6 address. Sockets try all, alternating between families. */
function order(addresses: readonly string[]): ResolvedAddress[] {
  const found = addresses.map((address) => ({ address, family: isIP(address) === 6 ? 6 : 4 }) as const);
  const first = hasGlobalIPv6() ? 6 : 4;
  return [...found].sort((a, b) => Number(b.family === first) - Number(a.family === first));
}

const hasGlobalIPv6 = (): boolean =>
  Object.values(networkInterfaces())
    .flatMap((interfaces) => interfaces ?? [])
    .some(({ address, family }) => {
      const parsed = family === 'IPv6' ? parseAddress(address) : null;
      return parsed !== null && describeSpecial(parsed) === null;
    });
