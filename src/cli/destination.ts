/** Where results are to be written: looked at before anything is done, so that no job runs in vain. */
import { access, constants } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { obstacleAt } from '../client/files.ts';
import { nearestPlace } from '../data-directory/make-directory.ts';
import { UsageError } from './exit-code.ts';

/** Throws UsageError when no file could be written there. `option`: the one that names it. */
export async function checkFolder(path: string, option = `--out ${path}`): Promise<void> {
  const { place, isDirectory } = await nearestPlace(resolve(path));
  if (!isDirectory) throw new UsageError(`${option}: ${place} is not a folder`);
  await access(place, constants.W_OK).catch((error: unknown) => {
    throw new UsageError(`${option}: ${place} may not be written`, { cause: error });
  });
}

/** Likewise, of the ZIP. */
export async function checkArchive(path: string): Promise<void> {
  const option = `--archive ${path}`;
  await checkFolder(dirname(path), option);
  const obstacle = await obstacleAt(path);
  if (obstacle !== null) throw new UsageError(`${option}: is ${obstacle}; name a file`);
}
