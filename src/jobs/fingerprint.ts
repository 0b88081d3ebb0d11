/** What makes two requests the same. */
import type { JobSpec } from './job.ts';

/**
 * One text for all spellings of a request: keys sorted, defaults filled in beforehand. The id, labels and times do not
 * count: a client that sends its request again after a lost answer means the same job.
 */
export function canonicalRequest(spec: JobSpec): string {
  const { operation, params, assets, callback } = spec;
  return JSON.stringify(sorted({ operation, params, assets, callback: callback ?? null }));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
