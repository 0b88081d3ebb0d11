/** Copies an asset from a bucket of the tenant into the object store. */
import { DarkroomError, type ErrorCode } from '../src/errors.ts';
import type { S3Source } from '../src/jobs/model/asset.ts';
import { withTimeout } from '../src/lib/with-timeout.ts';
import type { AssetBytes, AssetProblem, FetchOptions } from './asset-source.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { toAssetProblem } from './fetch-url.ts';
import { leastBytesOf, storeBody } from './store-body.ts';

export async function fetchObject(
  deps: ActivityDependencies,
  { credentials, bucket, key = '', etag }: S3Source,
  options: FetchOptions,
  problem: AssetProblem,
): Promise<AssetBytes> {
  const { job, signal } = options;
  const { assetMaxMs, assetTimeoutMs: periodMs } = deps;
  return withTimeout(assetMaxMs, signal, async (limited, isLate) => {
    try {
      const pace = { periodMs, leastBytes: leastBytesOf(deps) };
      const opened = await deps.buckets.read(job.tenant, { credentials, bucket, key, etag }, pace, limited);
      if (opened === 'missing')
        throw problem('asset_not_found', `does not exist: the bucket has no object "${key}"`);
      if (opened === 'changed')
        throw problem('asset_changed', `has changed: object "${key}" no longer has the ETag "${etag}"`);
      return await storeBody(deps, opened, { ...options, signal: limited }, problem);
    } catch (error) {
      signal.throwIfAborted();
      if (isLate()) throw problem('asset_too_slow', `could not be read within ${assetMaxMs / 1000} s`, error);
      if (error instanceof DarkroomError && error.code in codes) {
        const code = codes[error.code as keyof typeof codes];
        throw problem(code, `could not be read: ${error.message}`, error);
      }
      throw toAssetProblem(error, problem);
    }
  });
}

const codes = {
  credentials_not_found: 'asset_refused',
  destination_refused: 'asset_refused',
  destination_unavailable: 'asset_unreachable',
} as const satisfies Partial<Record<ErrorCode, ErrorCode>>;
