/** The data directory of commands that may run beside others, against a cluster. */
import type { Config } from '../config/config.ts';
import { openDataDirectory } from '../data-directory/open.ts';

/**
 * Makes the data directory or checks its format, if this process keeps anything there: the master key or the object store.
 *
 * @throws {ConfigError} When the directory cannot be made, or has another format.
 */
export async function prepareDataDirectory(config: Config): Promise<void> {
  const { DARKROOM_DATA: dir, DARKROOM_MASTER_KEY: masterKeys, DARKROOM_STORE: store } = config;
  const hasStore = store.kind === 'file' && store.directory.startsWith(`${dir}/`);
  if (masterKeys.length === 0 || hasStore) await openDataDirectory(dir);
}
