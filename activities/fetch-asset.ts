/** Makes the bytes of one asset available: from a URL, a bucket, an input root, or an upload. */
import { DarkroomError } from '../src/errors.ts';
import type { AssetInput } from '../src/jobs/model/run-input.ts';
import type { AssetDownload } from '../src/jobs/ports/run-files.ts';
import { defaultAssetName } from './asset-name.ts';
import type { AssetBytes, AssetProblem, FetchOptions } from './asset-source.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { fetchObject } from './fetch-object.ts';
import { fetchUrl } from './fetch-url.ts';
import { findPathInput } from './path-asset.ts';

/** Throws a DarkroomError that names the asset. Its code begins with `asset_`. */
export async function fetchAsset(
  deps: ActivityDependencies,
  asset: AssetInput,
  options: FetchOptions,
): Promise<AssetDownload> {
  const { index } = options;
  const name = asset.name ?? defaultAssetName(asset.source, index);
  const problem: AssetProblem = (code, what, cause) =>
    new DarkroomError(code, `Asset ${index} ("${name}") ${what}`, { details: { index, asset: name }, cause });
  const bytes = await findBytes(deps, asset, options, problem);
  const expected = asset.checksum?.slice('sha256:'.length).toLowerCase();
  if (expected !== undefined && expected !== bytes.sha256) {
    const what = `has the checksum sha256:${bytes.sha256}, not sha256:${expected}`;
    throw problem('asset_checksum_mismatch', what);
  }
  return { index, name, attributes: asset.attributes ?? {}, ...bytes, error: null };
}

function findBytes(
  deps: ActivityDependencies,
  asset: AssetInput,
  options: FetchOptions,
  problem: AssetProblem,
): AssetBytes | Promise<AssetBytes> {
  const { source } = asset;
  if ('url' in source) return fetchUrl(deps, source.url, options, problem);
  if ('s3' in source) return fetchObject(deps, source.s3, options, problem);
  if ('path' in source) return findPathInput(deps, source.path, asset, options.job.tenant, problem);
  const { upload, size, sha256 } = source;
  return { location: deps.assets.locateUpload(options.job, upload), size, sha256 };
}
