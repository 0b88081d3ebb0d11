/** Credentials of tenants in the object store. Their keys are encrypted. */
import type { Keyring } from '../auth/keyring.ts';
import { hasCode } from '../errors.ts';
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

/** How many credentials were encrypted again, were up to date, and are encrypted with a key that is missing. */
interface ResealReport {
  readonly resealed: number;
  readonly current: number;
  /** TENANT/NAME of each. */
  readonly lost: readonly string[];
}

/** Encrypts the credentials of all tenants with the first master key, so that the others are no longer needed. Idempotent. */
export async function resealCredentials(store: ObjectStore, keyring: Keyring): Promise<ResealReport> {
  let [resealed, current] = [0, 0];
  const lost: string[] = [];
  for await (const { key } of store.list(layout.allCredentialsPrefix)) {
    const stored = await readJson<StoredCredentials>(store, key);
    // They were revoked during the listing.
    if (!stored) continue;
    try {
      const sealed = keyring.reseal(Buffer.from(stored.sealed, 'base64'), key);
      if (sealed === null) current += 1;
      else {
        await store.put(key, JSON.stringify({ ...stored, sealed: sealed.toString('base64') }));
        resealed += 1;
      }
    } catch (error) {
      if (!hasCode(error, 'master_key_missing')) throw error;
      lost.push(layout.nameOfCredentials(key));
    }
  }
  return { resealed, current, lost };
}
