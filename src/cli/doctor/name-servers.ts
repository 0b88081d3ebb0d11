/** The name servers of this machine, which workers ask for the hosts of URLs. */
import { promises } from 'node:dns';
import { readResolverSettings } from '../../net/dns/resolv-conf.ts';
import { type Finding, ok, warning } from './finding.ts';

const check = 'name servers';
const TIMEOUT_MS = 2000;
/** Codes of queries that no server answered. */
const silence = new Set(['ETIMEOUT', 'ECONNREFUSED']);

/** @param resolvConf Path; default: that of the system. */
export async function checkNameServers(resolvConf?: string): Promise<Finding[]> {
  const { servers } = await readResolverSettings(resolvConf);
  const known = servers.length > 0 ? servers : new promises.Resolver().getServers();
  return Promise.all(known.map(checkServer));
}

async function checkServer(server: string): Promise<Finding> {
  const resolver = new promises.Resolver({ timeout: TIMEOUT_MS, tries: 1 });
  resolver.setServers([server]);
  // Any response will do, errors too.
  const code = await resolver.resolveNs('.').then(
    () => '',
    (error: NodeJS.ErrnoException) => error.code ?? '',
  );
  return silence.has(code)
    ? warning(
        check,
        `${server} does not answer; URLs with names may fail or take longer`,
        'Check /etc/resolv.conf and the network; URLs with addresses and names in /etc/hosts still work',
      )
    : ok(check, `${server} answers`);
}
