/** What makes two requests the same. */
import { DarkroomError } from '../../errors.ts';
import type { Job, JobSpec } from '../model/job.ts';
import type { AssetInput } from '../model/run-input.ts';
import type { JobSnapshot } from '../ports/job-runtime.ts';

/**
 * One text for all spellings of a request: keys sorted, defaults filled in beforehand. The id, labels and times do not
 * count: a client that sends its request again after a lost answer means the same job. `assetsNamed` stands for the assets.
 */
export function canonicalRequest(spec: JobSpec, assets: readonly AssetInput[], assetsNamed?: string): string {
  const { operation, params, callback, await_assets } = spec;
  return JSON.stringify(
    sorted({
      operation,
      params,
      assets: assetsNamed ?? assets.map(canonicalAsset),
      callback: callback ?? null,
      await_assets,
    }),
  );
}

/** The same for a call that adds assets. */
export const canonicalAssets = (assets: readonly AssetInput[], final: boolean): string =>
  JSON.stringify(sorted({ assets: assets.map(canonicalAsset), final }));

/** The same bytes, wherever each request has put them. */
const canonicalAsset = ({ source, ...asset }: AssetInput) => ({
  ...asset,
  source: 'upload' in source ? { sha256: source.sha256 } : source,
});

/** The job, if the request of one of these fingerprints made it. Throws job_id_in_use. */
export function sameRequest({ job, fingerprint }: JobSnapshot, fingerprints: readonly string[]): Job {
  if (fingerprints.includes(fingerprint)) return job;
  throw new DarkroomError(
    'job_id_in_use',
    `Job id "${job.id}" belongs to another request, of ${job.created_at}; choose another id`,
    { details: { state: job.state, created_at: job.created_at } },
  );
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
