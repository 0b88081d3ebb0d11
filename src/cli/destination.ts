/** Directories for results. They are created before a job is submitted, so that an error costs no job. */
import { access, constants } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { findObstacle } from '../client/files.ts';
import { makeDirectories } from '../lib/make-directories.ts';
import { nearestPlace } from '../lib/make-directory.ts';
import { UsageError } from './exit-code.ts';

/**
 * Creates a directory for results.
 *
 * @param option - The option that names it, for the error.
 * @throws {UsageError} When the directory cannot be created or written.
 */
export async function makeFolder(path: string, option = `--out ${path}`): Promise<void> {
  const folder = resolve(path);
  const { place, isDirectory } = await nearestPlace(folder);
  if (!isDirectory) throw new UsageError(`${option}: ${place} is not a directory`);
  try {
    await makeDirectories(folder);
    await access(folder, constants.W_OK);
  } catch (error) {
    throw new UsageError(`${option}: ${place} is not writable`, { cause: error });
  }
}

/** Creates the directory for an archive. Throws like `makeFolder`. */
export async function prepareArchive(path: string): Promise<void> {
  const option = `--archive ${path}`;
  await makeFolder(dirname(path), option);
  const obstacle = await findObstacle(path);
  if (obstacle !== null) throw new UsageError(`${option}: is ${obstacle}; name a file`);
}
