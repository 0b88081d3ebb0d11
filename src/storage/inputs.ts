/** Uploads and encrypted inputs, and the markers of requests that are still storing them. */
import { buffer } from 'node:stream/consumers';
import type { Keyring } from '../auth/keyring.ts';
import { DarkroomError } from '../errors.ts';
import type { JobInputs, JobRef } from '../jobs/model/run-input.ts';
import type { JobInputFiles } from '../jobs/ports/job-archive.ts';
import { readJson } from './json.ts';
import * as layout from './layout.ts';
import type { ObjectStore } from './object-store.ts';

/** Marks a request that has stored something, until its job is accepted or refused. */
interface OpenRequest {
  readonly ref: JobRef;
  readonly at: string;
  readonly asInput: boolean;
}

/** Begins sealed inputs that are the ciphertext itself (base64), and not the name of an object. */
const INLINE = 'inline:';

export const createJobInputFiles = (store: ObjectStore, keys: Keyring): JobInputFiles => ({
  async beginRequest({ tenant, id }, request, asInput) {
    const marker: OpenRequest = { ref: { tenant, id }, at: new Date().toISOString(), asInput };
    await store.put(layout.openRequestKey(request), JSON.stringify(marker));
  },

  async upload(ref, { request, position, asInput, body, signal }) {
    const upload = asInput ? layout.ONLY_INPUT : `${request}/${position}`;
    return { upload, ...(await store.put(layout.uploadKey(ref, upload), body, { signal })) };
  },

  async seal(ref, { request, position }, inputs) {
    const sealed = `${request}/${position}`;
    const key = layout.sealedKey(ref, sealed);
    await store.put(key, keys.seal(JSON.stringify(inputs), key));
    return { sealed };
  },

  sealInline(ref, inputs) {
    const bytes = keys.seal(JSON.stringify(inputs), layout.sealedKey(ref, INLINE));
    return { sealed: `${INLINE}${bytes.toString('base64')}` };
  },

  async unseal(ref, { sealed }, signal) {
    if (sealed.startsWith(INLINE)) {
      const bytes = Buffer.from(sealed.slice(INLINE.length), 'base64');
      return JSON.parse(keys.open(bytes, layout.sealedKey(ref, INLINE))) as JobInputs;
    }
    const key = layout.sealedKey(ref, sealed);
    const body = await store.get(key, signal && { signal });
    if (!body) throw new DarkroomError('operation_failed', 'The inputs of this job were deleted');
    return JSON.parse(keys.open(await buffer(body), key)) as JobInputs;
  },

  async commitRequest(_ref, request) {
    await store.delete(layout.openRequestKey(request));
  },

  async rollbackRequest(ref, request) {
    const marker = await readJson<OpenRequest>(store, layout.openRequestKey(request));
    if (marker?.asInput) await store.delete(layout.inputKey(ref));
    await store.deleteAll(layout.uploadPrefix(ref, request));
    await store.deleteAll(layout.sealedPrefix(ref, request));
    await store.delete(layout.openRequestKey(request));
  },

  async *abandoned(before) {
    for await (const { key } of store.list(layout.openRequestsPrefix)) {
      const marker = await readJson<OpenRequest>(store, key);
      if (marker && new Date(marker.at) < before)
        yield { ref: marker.ref, request: key.slice(layout.openRequestsPrefix.length) };
    }
  },
});
