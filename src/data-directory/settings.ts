/** Settings of the directories on this machine. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { defineSettings } from '../lib/settings/setting.ts';
import { absolutePath } from '../lib/settings/values.ts';

export const dataDirectorySettings = defineSettings({
  DARKROOM_DATA: {
    schema: absolutePath,
    default: join(process.env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), 'darkroom'),
    defaultMeaning: '`$XDG_DATA_HOME/darkroom`, or `~/.local/share/darkroom`',
    description: "data directory of `darkroom serve`: Temporal's SQLite file, the object store, keys",
  },
  DARKROOM_CACHE: {
    schema: absolutePath,
    default: () => join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'darkroom'),
    defaultMeaning: '`$XDG_CACHE_HOME/darkroom`, or `~/.cache/darkroom`',
    description: 'directory of what can be downloaded again: the Temporal binary, engines',
  },
  DARKROOM_WORK: {
    schema: absolutePath,
    default: (dataDir) => join(dataDir, 'work'),
    description:
      'scratch directory of workers; on the disk of a `file:` store, results are moved instead of copied',
  },
});
