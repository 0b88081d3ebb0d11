/** The key of which all secrets are derived: whether there is one, for us alone, and the one that the store is sealed with. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { loadKeyring } from '../../auth/load-keyring.ts';
import type { Config } from '../../config/config.ts';
import { nearestPlace } from '../../data-directory/make-directory.ts';
import { sealingKey } from '../../storage/master-key.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { KEY_MEND } from '../master-key.ts';
import { broken, type Finding, ok, readMessage, warning } from './finding.ts';

const check = 'master key';

/** Nothing where it would be made in a place that cannot be, which is said of the data directory. */
export async function checkMasterKey(config: Config, store: ObjectStore): Promise<Finding[]> {
  const { DARKROOM_MASTER_KEY: given, DARKROOM_DATA: dataDir } = config;
  const file = join(dataDir, 'keys', 'master.key');
  if (given.length > 0) return [(await findFault(config, store)) ?? ok(check, 'from DARKROOM_MASTER_KEY')];
  const info = await stat(file).catch(() => null);
  if (info) return [(await findFault(config, store)) ?? fileFinding(file, info.mode, config.embedded)];
  // Loading would make one.
  const { isDirectory } = await nearestPlace(dataDir);
  return isDirectory ? [ok(check, 'none yet; made at the first start')] : [];
}

async function findFault(config: Config, store: ObjectStore): Promise<Finding | null> {
  const { DARKROOM_MASTER_KEY: given, DARKROOM_DATA: dataDir } = config;
  try {
    const keys = await loadKeyring(given, dataDir);
    // That a store does not answer is said of the store.
    const found = await sealingKey(store, keys).catch(() => null);
    return found === 'foreign'
      ? broken(check, 'The object store is sealed with another one', KEY_MEND)
      : null;
  } catch (error) {
    const mend = given.length > 0 ? 'Set DARKROOM_MASTER_KEY anew' : 'Restore it from a backup';
    return broken(check, readMessage(error), mend);
  }
}

function fileFinding(file: string, mode: number, embedded: boolean): Finding {
  if ((mode & 0o077) !== 0)
    return warning(check, `${file} may be read by other users`, `Run: chmod 600 ${file}`);
  return embedded
    ? ok(check, file)
    : warning(
        check,
        `${file}, of this directory alone`,
        'API and workers must share a key: set DARKROOM_MASTER_KEY for all of them',
      );
}
