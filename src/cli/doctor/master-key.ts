/** Checks the master key: it exists, other users cannot read it, and the store uses the same one. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { loadKeyring } from '../../auth/load-keyring.ts';
import type { Config } from '../../config/config.ts';
import { nearestPlace } from '../../lib/make-directory.ts';
import { sealingKey } from '../../storage/master-key.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { KEY_REMEDY } from '../master-key.ts';
import { broken, type Finding, ok, readMessage, warning } from './finding.ts';

const check = 'master key';

/** Returns no finding if the data directory cannot be created: another check reports that. */
export async function checkMasterKey(config: Config, store: ObjectStore): Promise<Finding[]> {
  const { DARKROOM_MASTER_KEY: given, DARKROOM_DATA: dataDir } = config;
  const file = join(dataDir, 'keys', 'master.key');
  if (given.length > 0) return [(await findFault(config, store)) ?? ok(check, 'from DARKROOM_MASTER_KEY')];
  const info = await stat(file).catch(() => null);
  if (info) return [(await findFault(config, store)) ?? fileFinding(file, info.mode, config.embedded)];
  // Loading would generate a key.
  const { isDirectory } = await nearestPlace(dataDir);
  return isDirectory ? [ok(check, 'none yet; created at the first start')] : [];
}

async function findFault(config: Config, store: ObjectStore): Promise<Finding | null> {
  const { DARKROOM_MASTER_KEY: given, DARKROOM_DATA: dataDir } = config;
  try {
    const keys = await loadKeyring(given, dataDir);
    // Another check reports a store that does not answer.
    const found = await sealingKey(store, keys).catch(() => null);
    return found === 'foreign'
      ? broken(check, 'the secrets in the object store are encrypted with another key', KEY_REMEDY)
      : null;
  } catch (error) {
    const remedy = given.length > 0 ? 'Correct DARKROOM_MASTER_KEY' : 'Restore it from a backup';
    return broken(check, readMessage(error), remedy);
  }
}

function fileFinding(file: string, mode: number, embedded: boolean): Finding {
  if ((mode & 0o077) !== 0) return warning(check, `other users can read ${file}`, `Run: chmod 600 ${file}`);
  return embedded
    ? ok(check, file)
    : warning(
        check,
        `${file}, which only this machine has`,
        'API and workers must share a key: set DARKROOM_MASTER_KEY for all of them',
      );
}
