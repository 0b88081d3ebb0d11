/** Downloads an asset from a URL into the object store. */
import type { ErrorCode } from '../src/errors.ts';
import { AddressForbidden, HttpFailure, type HttpFailureKind } from '../src/net/guarded-http.ts';
import { isTemporaryStatus } from '../src/net/http-status.ts';
import type { AssetBytes, AssetProblem, FetchOptions } from './asset-source.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { leastBytesOf, storeBody } from './store-body.ts';

const MAX_REDIRECTS = 5;

export async function fetchUrl(
  deps: ActivityDependencies,
  url: string,
  options: FetchOptions,
  problem: AssetProblem,
): Promise<AssetBytes> {
  const { signal, job } = options;
  try {
    const response = await deps.assetHttp.request(url, {
      tenant: job.tenant,
      signal,
      redirects: MAX_REDIRECTS,
      timeoutMs: deps.assetTimeoutMs,
      idleMs: deps.assetTimeoutMs,
      leastBytes: leastBytesOf(deps),
      maxMs: deps.assetMaxMs,
    });
    const code = toErrorCode(response.status);
    if (code) {
      response.body.destroy();
      throw problem(code, `could not be fetched: its server answered ${response.status}`);
    }
    const length = Number(response.headers['content-length'] ?? Number.NaN);
    const total = Number.isSafeInteger(length) ? length : null;
    return await storeBody(deps, { body: response.body, total }, options, problem);
  } catch (error) {
    throw toAssetProblem(error, problem);
  }
}

/** Null when the body of the response is the asset. */
function toErrorCode(status: number): ErrorCode | null {
  if (status === 200 || status === 203) return null;
  if (status === 404 || status === 410) return 'asset_not_found';
  if (isTemporaryStatus(status)) return 'asset_unreachable';
  return 'asset_refused';
}

/** Codes of failed requests. All other kinds are `asset_unreachable`, which is retried. */
const codes: Partial<Record<HttpFailureKind, ErrorCode>> = {
  timeout: 'asset_timeout',
  deadline: 'asset_too_slow',
  redirect: 'asset_refused',
  invalid: 'asset_refused',
};

/** Turns a failed request into an error of the asset. */
export function toAssetProblem(error: unknown, problem: AssetProblem): unknown {
  if (error instanceof AddressForbidden)
    return problem('asset_address_forbidden', `may not be fetched: ${error.message}`, error);
  if (!(error instanceof HttpFailure)) return error;
  return problem(codes[error.kind] ?? 'asset_unreachable', `could not be fetched: ${error.message}`, error);
}
