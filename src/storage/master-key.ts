/** Which master key a store is sealed with: parts with other keys could neither open nor verify what is there. */
import type { Keyring } from '../auth/keyring.ts';
import { readJson } from './json.ts';
import { masterKeyKey } from './layout.ts';
import type { ObjectStore } from './object-store.ts';

/** Keyed digest of this text by the master key that seals; the key itself cannot be guessed from it. */
interface KeyMark {
  readonly fingerprint: string;
}

const fingerprintsOf = (keys: Keyring): [string, ...string[]] => keys.fingerprints('master key of the store');

/** `first`: it seals with the key that is used here. `other`: with one of those that are being rotated out. Null: with none yet. */
export async function sealingKey(
  store: ObjectStore,
  keys: Keyring,
): Promise<'first' | 'other' | 'foreign' | null> {
  const mark = await readJson<KeyMark>(store, masterKeyKey);
  if (mark === null) return null;
  const place = fingerprintsOf(keys).indexOf(mark.fingerprint);
  return place === 0 ? 'first' : place > 0 ? 'other' : 'foreign';
}

/**
 * From now on the store is sealed with our first key. False, and nothing is changed, when it is sealed with one that we do not
 * have. Throws store_unavailable.
 */
export async function agreeOnMasterKey(store: ObjectStore, keys: Keyring): Promise<boolean> {
  const found = await sealingKey(store, keys);
  if (found === 'other' || found === null) {
    const mark: KeyMark = { fingerprint: fingerprintsOf(keys)[0] };
    await store.put(masterKeyKey, JSON.stringify(mark));
  }
  return found !== 'foreign';
}
