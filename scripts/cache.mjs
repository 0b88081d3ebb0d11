/** Where builds and tests keep what they install: the cache directory of darkroom, as `src/data-directory/settings.ts` has it. */
import { homedir } from 'node:os';
import { join } from 'node:path';

export const cacheDirectory =
  process.env.DARKROOM_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'darkroom');

/** Programs that tests run, by version. */
export const testServers = join(cacheDirectory, 'test-servers');
