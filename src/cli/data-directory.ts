import type { Config } from '../config/config.ts';
import { openDataDirectory } from '../data-directory/open.ts';

/**
 * Creates the data directory or checks its format, if this process needs it for the master key or the object store. Does not
 * lock it: other processes may use it, too.
 *
 * @throws ConfigError if the directory cannot be created, or has another format
 */
export async function prepareDataDirectory(config: Config): Promise<void> {
  const { DARKROOM_DATA: dir, DARKROOM_MASTER_KEY: masterKeys, DARKROOM_STORE: store } = config;
  const hasStore = store.kind === 'file' && store.directory.startsWith(`${dir}/`);
  if (masterKeys.length === 0 || hasStore) await openDataDirectory(dir);
}
