/** Checks which networks URLs of jobs may reach. */
import type { Config } from '../../config/config.ts';
import { type Address, parseAddress } from '../../net/addresses.ts';
import { formatRule, matches, type NetworkRule } from '../../net/network-rule.ts';
import { type Finding, ok, warning } from './finding.ts';

const check = 'networks';

/** Cloud platforms serve the credentials of a machine at this address. */
const METADATA = '169.254.169.254';

export function checkNetworks({
  DARKROOM_ALLOW_NETWORKS: allow,
  DARKROOM_DENY_NETWORKS: deny,
  allowsLocalCallbacks,
  embedded,
}: Config): Finding[] {
  const warnings = [
    ...warn(METADATA, 80, 'the metadata server of cloud platforms, which may have credentials', {
      allow,
      deny,
      remedy: `Add ${METADATA} to DARKROOM_DENY_NETWORKS`,
    }),
    ...warn('127.0.0.1', null, 'every program on this machine, except darkroom itself', {
      allow,
      deny,
      remedy: 'Name ports instead, such as 127.0.0.1:3000',
    }),
  ];
  if (warnings.length > 0) return warnings;
  const reachable = ['public addresses', ...allow.map(formatRule)];
  const callbacks = allowsLocalCallbacks && embedded ? '; callbacks may also reach this machine' : '';
  return [ok(check, `URLs of jobs may reach ${reachable.join(', ')}${callbacks}`)];
}

interface Rules {
  readonly allow: readonly NetworkRule[];
  readonly deny: readonly NetworkRule[];
  readonly remedy: string;
}

/** Warns of allowed networks that contain an address which is not denied. `port` null: only of rules for all ports. */
function warn(text: string, port: number | null, what: string, { allow, deny, remedy }: Rules): Finding[] {
  const address = parseAddress(text) as Address;
  const covers = (rule: NetworkRule) =>
    (port !== null || rule.port === null) && matches(rule, '', address, port ?? 0);
  if (deny.some(covers)) return [];
  return allow
    .filter(covers)
    .map((rule) =>
      warning(check, `DARKROOM_ALLOW_NETWORKS lets URLs reach ${what}: ${formatRule(rule)}`, remedy),
    );
}
