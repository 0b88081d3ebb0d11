/** Writes the body of a response into the object store as an asset. */
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { AssetBytes, AssetProblem, FetchOptions } from './asset-source.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { countFetched } from './metrics.ts';

type Dependencies = Pick<ActivityDependencies, 'assets' | 'maxAssetBytes'>;

/** Bytes that must arrive in each period of `assetTimeoutMs`. */
export const leastBytesOf = ({
  assetMinRate,
  assetTimeoutMs,
}: Pick<ActivityDependencies, 'assetMinRate' | 'assetTimeoutMs'>): number =>
  Math.max(1, Math.round((assetMinRate * assetTimeoutMs) / 1000));

/**
 * @param response - The body, and its bytes if the server states them.
 * @throws asset_too_large, asset_empty, the errors of the body and of the store
 */
export async function storeBody(
  { assets, maxAssetBytes }: Dependencies,
  { body, total }: { readonly body: Readable; readonly total: number | null },
  { signal, onBytes, job, index }: FetchOptions,
  problem: AssetProblem,
): Promise<AssetBytes> {
  if (total !== null && total > maxAssetBytes) {
    body.destroy();
    throw problem('asset_too_large', `has ${total} bytes; this server takes at most ${maxAssetBytes}`);
  }
  const meter = createMeter(maxAssetBytes, problem, (received) => onBytes(received, total));
  // The store's error comes first: it passes on errors of the source, and its own would otherwise be lost.
  const [written, sent] = await Promise.allSettled([
    assets.write(job, index, meter, signal),
    pipeline(body, meter, { signal }),
  ]);
  if (written.status === 'rejected') throw written.reason;
  if (sent.status === 'rejected') throw sent.reason;
  const { key, size, sha256 } = written.value;
  if (size === 0) throw problem('asset_empty', 'has no content');
  countFetched(size);
  return { location: { key }, size, sha256 };
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
