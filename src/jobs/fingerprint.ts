/** What makes two requests the same. */
import type { JobSpec } from './job.ts';
import type { AssetOrder } from './order.ts';

/**
 * One text for all spellings of a request: keys sorted, defaults filled in beforehand. The id, labels and times do not
 * count: a client that sends its request again after a lost answer means the same job.
 */
export function canonicalRequest(spec: JobSpec, assets: readonly AssetOrder[]): string {
  const { operation, params, callback, await_assets } = spec;
  const wanted = assets.map(({ source, ...asset }) => ({
    ...asset,
    // The same bytes, wherever each request has put them.
    source: 'upload' in source ? { sha256: source.sha256 } : source,
  }));
  return JSON.stringify(
    sorted({ operation, params, assets: wanted, callback: callback ?? null, await_assets }),
  );
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
