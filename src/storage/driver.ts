/** A kind of object store. Each one has a folder, and a line in `drivers.ts`. */
import type { ObjectStore } from './object-store.ts';

/**
 * `Address`: the parts of an address. `kind` tells it from those of other drivers.
 * `Settings`: values of settings that the driver reads, besides DARKROOM_STORE.
 */
export interface StoreDriver<Address extends { readonly kind: string }, Settings = unknown> {
  readonly kind: Address['kind'];
  /** The forms of its addresses, for the message about an invalid address. */
  readonly forms: readonly string[];
  /**
   * Parses an address. Returns null when it has none of the forms.
   *
   * @throws {TypeError} When a part is invalid. The message continues the sentence `DARKROOM_STORE="…": …`.
   */
  parse(text: string): Address | null;
  /** Opens the store, which need not be reachable yet. Loads the code of the store only here. */
  open(address: Address, settings: Settings): Promise<ObjectStore>;
}
