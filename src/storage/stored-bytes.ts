import * as layout from './layout.ts';
import type { ObjectStore } from './object-store.ts';

/**
 * Adds up the bytes that a tenant has stored.
 *
 * @param enough stops counting at this sum
 * @throws store_unavailable
 */
export async function measureStoredBytes(
  store: ObjectStore,
  tenant: string,
  enough: number,
): Promise<number> {
  let sum = 0;
  for await (const { size } of store.list(layout.tenantPrefix(tenant))) {
    sum += size;
    if (sum >= enough) break;
  }
  return sum;
}
