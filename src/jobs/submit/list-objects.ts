/** Replaces prefixes of buckets by the objects that they stand for. */
import { DarkroomError } from '../../errors.ts';
import { type Asset, MAX_ASSETS } from '../model/asset.ts';
import type { BucketObjects } from '../ports/bucket-objects.ts';
import { invalidRequest } from '../validation/invalid-request.ts';

/**
 * Returns the assets with one for each object of a prefix, in the order of keys. Its ETag is recorded, so that another object that takes
 * its place before the download is noticed. The other fields of a prefix apply to each of its objects.
 *
 * @param most - Assets that the request may have.
 * @throws invalid_request, which names the asset; destination_unavailable, store_unavailable
 */
export async function listObjects(
  tenant: string,
  assets: readonly Asset[],
  objects: BucketObjects,
  most = MAX_ASSETS,
): Promise<Asset[]> {
  const listed: Asset[] = [];
  const known = new Set<string>();
  for (const [index, asset] of assets.entries()) {
    const { s3 } = asset.source;
    const pointer = `/assets/${index}/source/s3`;
    try {
      if (s3?.prefix !== undefined) {
        const { prefix, ...place } = s3;
        const found = await objects.list(tenant, s3, most - listed.length + 1);
        if (found.length === 0)
          throw invalidRequest([
            { pointer: `${pointer}/prefix`, detail: 'is the beginning of no key in the bucket' },
          ]);
        for (const { key, etag } of found) listed.push({ ...asset, source: { s3: { ...place, key, etag } } });
      } else {
        if (s3 && !known.has(s3.credentials)) await objects.checkCredentials(tenant, s3.credentials);
        if (s3) known.add(s3.credentials);
        listed.push(asset);
      }
    } catch (error) {
      throw toFieldError(error, pointer);
    }
    if (listed.length > most)
      throw invalidRequest([
        {
          pointer: `${pointer}/prefix`,
          detail: `makes more than the ${most} assets that the request may have`,
        },
      ]);
  }
  return listed;
}

function toFieldError(error: unknown, pointer: string): unknown {
  if (!(error instanceof DarkroomError) || error.code === 'invalid_request' || error.kind === 'outage')
    return error;
  const field = error.code === 'credentials_not_found' ? `${pointer}/credentials` : pointer;
  return invalidRequest([{ pointer: field, detail: error.message }]);
}
