/** Decides whether two requests are the same. */
import { canonicalJson } from '../../lib/canonical-json.ts';
import type { JobSpec } from '../model/job-spec.ts';
import type { AssetInput } from '../model/run-input.ts';

/** Returns keyed digests of a text in base64url: the current master key's, then those of keys being rotated out. */
export type KeyedDigests = (text: string) => readonly [string, ...string[]];

/**
 * Returns the same text for all spellings of a request: keys sorted, defaults filled in beforehand. Id, labels and retention do
 * not count, so a client may repeat its request after a lost response. A template counts as the request names it, so that a new
 * version does not make another request of it.
 *
 * @param assetsNamed stands for the assets
 */
export function canonicalRequest(spec: JobSpec, assets: readonly AssetInput[], assetsNamed?: string): string {
  const { operation, params, template, steps, results, callback, await_assets } = spec;
  return canonicalJson({
    operation,
    params,
    template,
    steps,
    results: steps && results?.toSorted(),
    assets: assetsNamed ?? assets.map(canonicalAsset),
    callback: callback ?? null,
    await_assets,
  });
}

/** As `canonicalRequest`, for a call that adds assets. */
export const canonicalAssets = (assets: readonly AssetInput[], final: boolean): string =>
  canonicalJson({ assets: assets.map(canonicalAsset), final });

/** Uploads are equal when their bytes are, wherever they are stored. */
const canonicalAsset = ({ source, ...asset }: AssetInput) => ({
  ...asset,
  source: 'upload' in source ? { sha256: source.sha256 } : source,
});
