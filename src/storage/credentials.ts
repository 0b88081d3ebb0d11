/** Credentials of tenants in the object store. Their keys are encrypted. */
import type { Keyring } from '../auth/keyring.ts';
import { type CredentialsView, placeOf, type S3Keys } from '../jobs/model/credentials.ts';
import type { CredentialStore } from '../jobs/ports/credentials.ts';
import { readJson } from './json.ts';
import * as layout from './layout.ts';
import type { ObjectStore } from './object-store.ts';

interface StoredCredentials {
  readonly view: CredentialsView;
  /** Base64. */
  readonly sealed: string;
}

/** Characters of an access key that are shown. */
const SHOWN = 4;

export const createCredentialStore = (store: ObjectStore, keyring: Keyring): CredentialStore => {
  const read = (tenant: string, name: string) =>
    readJson<StoredCredentials>(store, layout.credentialsKey(tenant, name));
  return {
    find: async (tenant, name) => (await read(tenant, name))?.view ?? null,

    async open(tenant, name) {
      const stored = await read(tenant, name);
      if (!stored) return null;
      const sealed = Buffer.from(stored.sealed, 'base64');
      const keys = JSON.parse(keyring.open(sealed, layout.credentialsKey(tenant, name))) as S3Keys;
      return { ...placeOf(stored.view), keys };
    },

    async list(tenant) {
      const views: CredentialsView[] = [];
      for await (const { key } of store.list(layout.credentialsPrefix(tenant))) {
        // They may be revoked during the listing.
        const stored = await readJson<StoredCredentials>(store, key);
        if (stored) views.push(stored.view);
      }
      return views;
    },

    async write(tenant, given, keys) {
      const view = { ...given, access_key_id: `…${keys.access_key_id.slice(-SHOWN)}` };
      const key = layout.credentialsKey(tenant, given.name);
      const sealed = keyring.seal(JSON.stringify(keys), key).toString('base64');
      await store.put(key, JSON.stringify({ view, sealed } satisfies StoredCredentials));
      return view;
    },

    delete: (tenant, name) => store.delete(layout.credentialsKey(tenant, name)),
  };
};
