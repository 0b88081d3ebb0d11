/** How much of a worker's outbound requests one tenant and one host may hold. */
import type { Share } from '../src/lib/shared-slots.ts';

/** Of 50 slots, one tenant gets 40, and two get 22 each. */
const TENANT_FACTOR = 4;
/** Of 50 slots, requests to one host get 25. */
const HOST_FACTOR = 1;

/** @param url Null when the request goes to no server. */
export function buildShares(tenant: string, url: string | null): readonly Share[] {
  const host = url !== null && URL.canParse(url) ? new URL(url).hostname : null;
  return [
    { key: `tenant ${tenant}`, factor: TENANT_FACTOR },
    ...(host === null ? [] : [{ key: `host ${host}`, factor: HOST_FACTOR }]),
  ];
}
