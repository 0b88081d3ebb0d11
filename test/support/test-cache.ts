/** Results of slow steps that test files share, in the cache directory, named by a hash of all that they depend on. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readConfig } from '../../src/config/config.ts';

/** Hashes strings and all files below directories, with their paths. */
export async function hashOf(strings: readonly string[], directories: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(strings));
  for (const directory of directories) {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
    for (const file of files.sort())
      hash.update(`\0${file.slice(directory.length)}\0`).update(await readFile(file));
  }
  return hash.digest('hex').slice(0, 16);
}

/**
 * Returns a directory with the result of `build`, which is called if there is none for this hash. The directory is read-only by convention.
 *
 * @param build - Writes the result to an empty directory.
 */
export async function cachedDirectory(
  name: string,
  hash: string,
  build: (directory: string) => Promise<void>,
): Promise<string> {
  const target = join(readConfig().DARKROOM_CACHE, 'test-results', `${name}-${hash}`);
  if (existsSync(target)) return target;
  await mkdir(dirname(target), { recursive: true });
  const draft = await mkdtemp(`${target}.`);
  try {
    await build(draft);
    // Another process may have built the same result.
    await rename(draft, target).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return target;
}
