/** Creates the directories that settings name. */
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeDirectories } from '../lib/make-directories.ts';
import { ConfigError } from '../lib/settings/config-error.ts';

/** Creates a directory and its parents. Throws a ConfigError that names `setting`. */
export async function makeDirectory(path: string, setting: string, mode?: number): Promise<void> {
  try {
    await makeDirectories(path, mode);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const { place, isDirectory } = await nearestPlace(path);
    const why = !isDirectory
      ? `${place} is not a directory`
      : code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
        ? `${place} is not writable`
        : message;
    throw new ConfigError(
      `The directory ${path} cannot be created: ${why}. Fix that, or set ${setting} to another directory`,
      { cause: error },
    );
  }
}

/** Returns the path, or its nearest existing parent. */
export async function nearestPlace(path: string): Promise<{ place: string; isDirectory: boolean }> {
  for (let place = path; ; place = dirname(place)) {
    const info = await stat(place).catch(() => null);
    if (info || place === dirname(place)) return { place, isDirectory: info?.isDirectory() ?? false };
  }
}
