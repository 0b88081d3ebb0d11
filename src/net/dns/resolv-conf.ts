/** The settings of the system's resolver: resolv.conf(5). */
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';

export interface ResolverSettings {
  /** As `Resolver.setServers` takes them; empty: those that c-ares finds itself. */
  readonly servers: readonly string[];
  /** Domains to append to names. */
  readonly search: readonly string[];
  /** A name with fewer dots is looked up in the search domains first. */
  readonly ndots: number;
  /** For the first attempt at a server. */
  readonly timeoutMs: number;
  readonly attempts: number;
}

/** Limits of glibc. */
const MAX_SERVERS = 3;
const MAX = { ndots: 15, timeout: 30, attempts: 5 } as const;
/** The default of resolv.conf(5) is 5 seconds, in which a download could not try a second server. */
const DEFAULTS = { ndots: 1, timeout: 2, attempts: 2 };

/** Reads and parses a resolv.conf; default: that of the system. A missing file counts as empty. */
export const readResolverSettings = async (path = '/etc/resolv.conf'): Promise<ResolverSettings> =>
  parseResolvConf(await readFile(path, 'utf8').catch(() => ''));

/**
 * Parses the text of a resolv.conf. `nameserver` also takes a port, as on BSD: `[127.0.0.1]:5353`.
 *
 * @param host Name of this machine; without `search` and `domain`, the part after its first dot is the search domain.
 */
export function parseResolvConf(text: string, host = hostname()): ResolverSettings {
  const servers: string[] = [];
  const options: { ndots: number; timeout: number; attempts: number } = { ...DEFAULTS };
  let search = host.split('.').slice(1).join('.').split(' ').filter(isName);
  for (const line of text.split('\n')) {
    if (/^[#;]/.test(line)) continue;
    const [keyword, ...values] = line.trim().split(/\s+/);
    if (keyword === 'nameserver' && values[0]) servers.push(values[0]);
    // The last of these lines counts.
    else if (keyword === 'search') search = values.filter(isName);
    else if (keyword === 'domain') search = values.slice(0, 1).filter(isName);
    else if (keyword === 'options') Object.assign(options, parseOptions(values));
  }
  return {
    // Node drops the zone of a server such as fe80::1%eth0, and c-ares does not.
    servers: servers.some((server) => server.includes('%'))
      ? []
      : servers.slice(0, MAX_SERVERS).map((server) => server.replace(/^\[([\d.]+)\]/, '$1')),
    search: search.map((domain) => domain.replace(/\.$/, '')),
    ndots: options.ndots,
    timeoutMs: options.timeout * 1000,
    attempts: options.attempts,
  };
}

const isName = (text: string): boolean => text !== '' && text !== '.';

function parseOptions(values: readonly string[]): Partial<typeof DEFAULTS> {
  const entries = values.flatMap((value) => {
    const [, name, digits] = /^(ndots|timeout|attempts):(\d+)$/.exec(value) ?? [];
    if (name === undefined) return [];
    const least = name === 'ndots' ? 0 : 1;
    return [[name, Math.min(Math.max(Number(digits), least), MAX[name as keyof typeof MAX])]];
  });
  return Object.fromEntries(entries) as Partial<typeof DEFAULTS>;
}

/**
 * Lists the names to look up for a name, in the order of getaddrinfo. They are absolute.
 *
 * @example
 * listCandidates('minio', { search: ['default.svc.cluster.local'], ndots: 5 });
 * // ['minio.default.svc.cluster.local', 'minio']
 */
export function listCandidates(
  name: string,
  { search, ndots }: Pick<ResolverSettings, 'search' | 'ndots'>,
): string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const relative = search.map((domain) => `${name}.${domain}`);
  return name.split('.').length - 1 >= ndots ? [name, ...relative] : [...relative, name];
}
