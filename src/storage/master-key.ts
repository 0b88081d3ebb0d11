/** Verifies that all processes use the same master key. With another one they could not decrypt what is in the store. */
import type { Keyring } from '../auth/keyring.ts';
import { readJson } from './json.ts';
import { masterKeyKey } from './layout.ts';
import type { ObjectStore } from './object-store.ts';

/** A keyed digest that identifies the master key and does not reveal it. */
interface KeyMark {
  readonly fingerprint: string;
}

const fingerprintsOf = (keys: Keyring): [string, ...string[]] => keys.fingerprints('master key of the store');

/**
 * Which key the store is encrypted with. `first`: the current key of this process. `other`: a key that is being rotated out.
 * `foreign`: a key that this process does not have. Null: none yet.
 */
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
 * Records that the store is encrypted with the current key of this process. Returns false and changes nothing when it is
 * encrypted with a key that this process does not have. Throws store_unavailable.
 */
export async function agreeOnMasterKey(store: ObjectStore, keys: Keyring): Promise<boolean> {
  const found = await sealingKey(store, keys);
  if (found === 'other' || found === null) {
    const mark: KeyMark = { fingerprint: fingerprintsOf(keys)[0] };
    await store.put(masterKeyKey, JSON.stringify(mark));
  }
  return found !== 'foreign';
}
