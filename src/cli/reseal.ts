/** `darkroom reseal`: encrypts the credentials of all tenants with the current master key. */
import { sealedStore } from '../compose-store.ts';
import { readConfig } from '../config/config.ts';
import { ConfigError } from '../lib/settings/config-error.ts';
import { resealCredentials } from '../storage/credentials.ts';
import { sealingKey } from '../storage/master-key.ts';
import { recordCommand } from './audit.ts';
import { printJson, say } from './connection.ts';
import { prepareDataDirectory } from './data-directory.ts';
import { KEY_REMEDY } from './master-key.ts';

/** @throws ConfigError if the processes of the server use another key than the first one here */
export async function reseal({ json = false }: { readonly json?: boolean }): Promise<void> {
  const config = readConfig(process.env, { listens: false });
  await prepareDataDirectory(config);
  const { store, keys } = await sealedStore(config);
  const found = await sealingKey(store, keys);
  if (found === 'foreign')
    throw new ConfigError(
      `The secrets in the object store are encrypted with another master key. ${KEY_REMEDY}`,
    );
  if (found === 'other')
    throw new ConfigError(
      'The processes of the server still encrypt with another master key: give them this DARKROOM_MASTER_KEY first',
    );
  const report = await resealCredentials(store, keys);
  const { resealed, current, lost } = report;
  const counts = `${resealed} encrypted again, ${current} up to date`;
  await recordCommand(config, {
    action: 'credentials.reseal',
    tenant: null,
    target: 'all credentials',
    detail: counts,
  });
  if (json) printJson(report);
  else say(`Credentials: ${counts}`);
  if (lost.length === 0) return;
  say(
    `darkroom: No key in DARKROOM_MASTER_KEY decrypts ${lost.join(', ')}. Add the old key, or replace the credentials`,
  );
  process.exitCode = 1;
}
