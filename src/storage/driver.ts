/** A kind of object store. Each one has a folder, and a line in `index.ts`. */
import type { Setting, SettingValues } from '../lib/settings/setting.ts';
import type { ObjectStore } from './object-store.ts';

/** `Address`: the parts of an address. `kind` distinguishes it from those of other drivers. */
export interface StoreDriver<
  Address extends { readonly kind: string },
  Own extends Readonly<Record<string, Setting>> = Readonly<Record<never, Setting>>,
> {
  readonly kind: Address['kind'];
  /** The forms of its addresses, for the message about an invalid address. */
  readonly forms: readonly string[];
  /** Settings that the store reads besides DARKROOM_STORE. */
  readonly settings: Own;
  /**
   * Parses an address. Returns null when it has none of the forms.
   *
   * @throws {TypeError} When a part is invalid. The message continues the sentence `DARKROOM_STORE="…": …`.
   */
  parse(text: string): Address | null;
  /**
   * Opens the store, which need not be reachable yet. Loads the code of the store only here. Several parts of a process, and
   * several processes, open the same address: all of them must see the same objects.
   */
  open(address: Address, settings: SettingValues<Own>): Promise<ObjectStore>;
}
