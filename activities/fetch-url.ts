/** Downloads an asset from a URL into the object store. */
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ErrorCode } from '../src/errors.ts';
import { AddressForbidden, HttpFailure, type HttpFailureKind } from '../src/net/guarded-http.ts';
import type { AssetBytes, AssetProblem, FetchOptions } from './asset-source.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { countFetched } from './metrics.ts';

const MAX_REDIRECTS = 5;

export async function fetchUrl(
  { assetHttp, assets, assetTimeoutMs, assetMinRate, assetMaxMs, maxAssetBytes }: ActivityDependencies,
  url: string,
  { signal, onBytes, job, index }: FetchOptions,
  problem: AssetProblem,
): Promise<AssetBytes> {
  try {
    const response = await assetHttp.request(url, {
      tenant: job.tenant,
      signal,
      redirects: MAX_REDIRECTS,
      timeoutMs: assetTimeoutMs,
      idleMs: assetTimeoutMs,
      leastBytes: Math.max(1, Math.round((assetMinRate * assetTimeoutMs) / 1000)),
      maxMs: assetMaxMs,
    });
    const code = toErrorCode(response.status);
    if (code) {
      response.body.destroy();
      throw problem(code, `could not be fetched: its server answered ${response.status}`);
    }
    const length = Number(response.headers['content-length'] ?? Number.NaN);
    const total = Number.isSafeInteger(length) ? length : null;
    if (total !== null && total > maxAssetBytes) {
      response.body.destroy();
      throw problem('asset_too_large', `has ${total} bytes; this server takes at most ${maxAssetBytes}`);
    }
    const meter = createMeter(maxAssetBytes, problem, (received) => onBytes(received, total));
    // The store's error comes first: it passes on errors of the source, and its own would otherwise be lost.
    const [written, sent] = await Promise.allSettled([
      assets.write(job, index, meter, signal),
      pipeline(response.body, meter, { signal }),
    ]);
    if (written.status === 'rejected') throw written.reason;
    if (sent.status === 'rejected') throw sent.reason;
    const { key, size, sha256 } = written.value;
    if (size === 0) throw problem('asset_empty', 'has no content');
    countFetched(size);
    return { location: { key }, size, sha256 };
  } catch (error) {
    throw toAssetProblem(error, problem);
  }
}

/** Passes bytes on, counts them, and fails when they exceed the limit. */
function createMeter(limit: number, problem: AssetProblem, onBytes: (received: number) => void): Transform {
  let received = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length;
      onBytes(received);
      if (received > limit)
        done(problem('asset_too_large', `has more than the ${limit} bytes that this server takes`));
      else done(null, chunk);
    },
  });
}

/** Null when the body of the response is the asset. */
function toErrorCode(status: number): ErrorCode | null {
  if (status === 200 || status === 203) return null;
  if (status === 404 || status === 410) return 'asset_not_found';
  if (status >= 500 || status === 408 || status === 425 || status === 429) return 'asset_unreachable';
  return 'asset_refused';
}

/** Codes of failed requests. All other kinds are `asset_unreachable`, which is retried. */
const codes: Partial<Record<HttpFailureKind, ErrorCode>> = {
  timeout: 'asset_timeout',
  deadline: 'asset_too_slow',
  redirect: 'asset_refused',
  invalid: 'asset_refused',
};

function toAssetProblem(error: unknown, problem: AssetProblem): unknown {
  if (error instanceof AddressForbidden)
    return problem('asset_address_forbidden', `may not be fetched: ${error.message}`, error);
  if (!(error instanceof HttpFailure)) return error;
  return problem(codes[error.kind] ?? 'asset_unreachable', `could not be fetched: ${error.message}`, error);
}
