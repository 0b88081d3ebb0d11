/** The part of the composition root that opens the object store. Commands that need nothing else start faster with it. */
import type { Keyring } from './auth/keyring.ts';
import { loadKeyring } from './auth/load-keyring.ts';
import type { Config } from './config/config.ts';
import { ApiKeyStore } from './storage/api-keys.ts';
import { AuditStore } from './storage/audit.ts';
import { openStore } from './storage/drivers.ts';
import type { ObjectStore } from './storage/object-store.ts';

/** Opens the store of audit events alone. */
export const openAudit = async (config: Config): Promise<AuditStore> =>
  new AuditStore(await openStore(config.DARKROOM_STORE, config));

/** Opens the store of API keys alone. */
export const openKeys = async (config: Config): Promise<ApiKeyStore> =>
  new ApiKeyStore(await openStore(config.DARKROOM_STORE, config));

/**
 * Opens the object store, and loads the master keys that its secrets are encrypted with.
 *
 * @throws {ConfigError} When the master key cannot be used.
 */
export async function sealedStore(
  config: Config,
  overrides: { readonly store?: ObjectStore; readonly keys?: Keyring } = {},
): Promise<{ store: ObjectStore; keys: Keyring }> {
  return {
    keys: overrides.keys ?? (await loadKeyring(config.DARKROOM_MASTER_KEY, config.DARKROOM_DATA)),
    store: overrides.store ?? (await openStore(config.DARKROOM_STORE, config)),
  };
}
