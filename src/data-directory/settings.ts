/** Settings of the directories on this machine. */
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { defineSettings } from '../lib/settings/setting.ts';
import { absolutePath } from '../lib/settings/values.ts';

/** The XDG Base Directory Specification: a relative path is invalid and is ignored. */
function readBase(name: string): string | null {
  const path = process.env[name] ?? '';
  return isAbsolute(path) ? path : null;
}

export const dataDirectorySettings = defineSettings({
  DARKROOM_DATA: {
    schema: absolutePath,
    default: join(readBase('XDG_DATA_HOME') ?? join(homedir(), '.local', 'share'), 'darkroom'),
    defaultMeaning: '`$XDG_DATA_HOME/darkroom`, or `~/.local/share/darkroom`',
    description: "data directory of `darkroom serve`: Temporal's SQLite file, the object store, keys",
  },
  DARKROOM_CACHE: {
    schema: absolutePath,
    default: () => join(readBase('XDG_CACHE_HOME') ?? join(homedir(), '.cache'), 'darkroom'),
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
