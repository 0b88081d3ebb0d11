/** Whom a request counts for. */
import { parseAddress } from '../../net/addresses.ts';
import type { LimitScope, ScopedLimits } from './settings.ts';

/** The subject of a request in each scope; null: it has none, or is not known yet. */
export type Caller = Readonly<Record<LimitScope, string | null>>;

/** Returns what counts as one address: an IPv4 address, or the /64 network of an IPv6 address, which one client has as a whole. */
export function toAddressSubject(address: string): string {
  const parsed = parseAddress(address)?.meant;
  if (parsed?.kind() !== 'ipv6') return address;
  return `${parsed.toNormalizedString().split(':').slice(0, 4).join(':')}::/64`;
}

/** Returns the key of the limit for a subject in a settings value; null: it has no limit. */
export function findLimit<Limit>(
  limits: ScopedLimits<Limit>,
  scope: LimitScope,
  subject: string,
): { readonly key: string; readonly limit: Limit } | null {
  for (const key of scope === 'tenant' ? [`tenant:${subject}`, scope] : [scope]) {
    const limit = limits.get(key);
    if (limit !== undefined) return { key, limit };
  }
  return null;
}

/** Names a subject in messages. */
export const describeSubject = (scope: LimitScope, subject: string): string =>
  ({
    key: 'A key',
    tenant: `Tenant "${subject}"`,
    address: `The address ${subject}`,
    all: 'All clients together',
  })[scope];
