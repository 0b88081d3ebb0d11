/** The assets of a job, as its activities downloaded them. */
import { Readable } from 'node:stream';
import type { JobAssets } from '../jobs/ports/job-archive.ts';
import type { AssetDownload } from '../jobs/ports/run-files.ts';
import { mediaTypeOf } from '../lib/media-type.ts';
import { readJson } from './json.ts';
import * as layout from './layout.ts';
import type { ObjectStore } from './object-store.ts';

interface StoredBatch {
  readonly fingerprint: string;
  readonly records: readonly AssetDownload[];
}

export const createJobAssets = (store: ObjectStore): JobAssets => ({
  async asset(ref, fingerprint, index) {
    const found = await findDownload(store, layout.fetchedPrefix(ref), fingerprint, index);
    if (!found?.location || !('key' in found.location) || found.size === null || found.sha256 === null)
      return null;
    const { key } = found.location;
    if ((await store.head(key)) === null) return null;
    const { name, size, sha256 } = found;
    return {
      entry: { path: name, size, sha256, media_type: mediaTypeOf(name), asset: index },
      async open(range) {
        const body = await store.get(key, range);
        if (!body) throw new Error('An asset is missing in the store');
        return Readable.toWeb(body) as ReadableStream<Uint8Array>;
      },
    };
  },
});

/** Batches are in the order of the assets, so a binary search reads few of them. */
async function findDownload(
  store: ObjectStore,
  prefix: string,
  fingerprint: string,
  index: number,
): Promise<AssetDownload | null> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) {
    // The files of the assets come after the batches.
    if (!/^\d+\.json$/.test(key.slice(prefix.length))) break;
    keys.push(key);
  }
  for (let low = 0, high = keys.length - 1; low <= high; ) {
    const middle = (low + high) >> 1;
    const batch = await readJson<StoredBatch>(store, keys[middle] ?? '');
    const [first, last] = [batch?.records[0], batch?.records.at(-1)];
    // A request with the same id of the job that was replaced left its batches.
    if (!batch || batch.fingerprint !== fingerprint || !first || !last) return null;
    if (index < first.index) high = middle - 1;
    else if (index > last.index) low = middle + 1;
    else return batch.records.find((record) => record.index === index) ?? null;
  }
  return null;
}
