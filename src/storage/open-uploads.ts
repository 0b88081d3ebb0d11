/** Records of multipart uploads to buckets of tenants: one small document each, whose age says when the upload was active. */
import { randomUUID } from 'node:crypto';
import type { OpenUpload, OpenUploads } from '../jobs/ports/open-uploads.ts';
import { readJson } from './json.ts';
import * as layout from './layout.ts';
import type { ObjectStore } from './object-store.ts';

export const createOpenUploads = (store: ObjectStore): OpenUploads => ({
  async begin(upload) {
    const key = layout.openUploadKey(randomUUID());
    const write = async () => void (await store.put(key, JSON.stringify(upload)));
    await write();
    return { renew: write, end: () => store.delete(key) };
  },

  async *before(horizon) {
    for await (const { key, modified } of store.list(layout.openUploadsPrefix)) {
      if (modified >= horizon) continue;
      const upload = await readJson<OpenUpload>(store, key);
      if (upload) yield { upload, at: modified, forget: () => store.delete(key) };
    }
  },
});
