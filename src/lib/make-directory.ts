/** Creates the directories that settings name. */
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { toConfigError } from './directory-problem.ts';
import { makeDirectories } from './make-directories.ts';

/**
 * Creates a directory and its parents.
 *
 * @param mode - Of each directory that is created; the umask applies.
 * @throws {ConfigError} Names `setting` and says what to do.
 */
export async function makeDirectory(path: string, setting: string, mode?: number): Promise<void> {
  try {
    await makeDirectories(path, mode);
  } catch (error) {
    const { place, isDirectory } = await nearestPlace(path);
    const { code = '', path: failed } = error as NodeJS.ErrnoException;
    // Permission, space and the like are matters of the directory in which the new one would be.
    const named = !isDirectory
      ? { code: 'ENOTDIR', path: place }
      : { code, path: ['ENOENT', 'EEXIST'].includes(code) ? failed : place };
    throw toConfigError(
      Object.assign(new Error((error as Error).message, { cause: error }), named),
      path,
      setting,
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
