/** Results of runs: the manifest, and access to the files that it lists. */
import { Readable } from 'node:stream';
import { LRUCache } from 'lru-cache';
import type { JobResults, OpenFile, StoredManifest, StoredResult } from '../jobs/ports/job-archive.ts';
import { readJson } from './json.ts';
import * as layout from './layout.ts';
import type { ObjectStore } from './object-store.ts';

/** Results that are cached. A job with thousands of files has a manifest of megabytes. */
const MAX_RESULTS = 20;

export function createJobResults(store: ObjectStore): JobResults {
  // Results never change, and a page with a hundred images reads the same one a hundred times.
  const cache = new LRUCache<string, StoredResult>({ max: MAX_RESULTS });
  return {
    async result(ref, run) {
      const key = layout.manifestKey(ref, run);
      const cached = cache.get(key);
      if (cached) return cached;
      const stored = await readJson<StoredManifest>(store, key);
      if (!stored) return null;
      const files = stored.files.map((file) => toOpenFile(store, file));
      const result = { manifest: { ...stored, files: files.map(({ entry }) => entry) }, files };
      cache.set(key, result);
      return result;
    },

    async saveResult(ref, manifest) {
      await store.put(layout.manifestKey(ref, manifest.run), JSON.stringify(manifest));
    },
  };
}

const toOpenFile = (
  store: ObjectStore,
  { key, crc32, ...entry }: StoredManifest['files'][number],
): OpenFile => ({
  entry,
  crc32,
  async open(range) {
    const body = await store.get(key, range);
    if (!body) throw new Error('A file of the manifest is missing in the store');
    return Readable.toWeb(body) as ReadableStream<Uint8Array>;
  },
  link: (expiresSeconds) =>
    store.link(key, {
      expiresSeconds,
      fileName: entry.path.split('/').at(-1) ?? entry.path,
      mediaType: entry.media_type,
    }),
});
