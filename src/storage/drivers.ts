/** Parses DARKROOM_STORE, and opens the store that it names. */
import type { SettingValues } from '../lib/settings/setting.ts';
import type { StoreDriver } from './driver.ts';
import * as list from './index.ts';
import type { ObjectStore } from './object-store.ts';

const drivers = Object.values(list);

type Driver = (typeof drivers)[number];
export type StoreAddress = NonNullable<ReturnType<Driver['parse']>>;

type Intersection<Union> = (Union extends unknown ? (each: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never;
type StoreSettings = Intersection<Driver['settings']>;

/** The settings of all stores. */
export const storeSettings = Object.assign({}, ...drivers.map(({ settings }) => settings)) as StoreSettings;

/** The forms of addresses, as the end of a sentence. */
export const storeForms = formatAlternatives(drivers.flatMap(({ forms }) => forms));

/**
 * Parses the value of DARKROOM_STORE.
 *
 * @throws {TypeError} When it is invalid. The message continues the sentence `DARKROOM_STORE="…": …`.
 * @example
 * parseStoreAddress('s3://photos/jobs'); // { kind: 's3', bucket: 'photos', prefix: 'jobs' }
 */
export function parseStoreAddress(text: string): StoreAddress {
  for (const { parse } of drivers) {
    const address = parse(text);
    if (address) return address;
  }
  throw new TypeError(`must be ${storeForms.replaceAll('`', '')}`);
}

/** Opens the store at an address. It need not be reachable yet. */
export function openStore(
  address: StoreAddress,
  settings: SettingValues<StoreSettings>,
): Promise<ObjectStore> {
  const driver = drivers.find(({ kind }) => kind === address.kind) as
    | StoreDriver<StoreAddress, StoreSettings>
    | undefined;
  if (!driver) throw new Error(`There is no driver for ${address.kind}`);
  return driver.open(address, settings);
}

function formatAlternatives(forms: readonly string[]): string {
  const code = forms.map((form) => `\`${form}\``);
  return `${code.slice(0, -1).join(', ')} or ${code.at(-1)}`;
}
