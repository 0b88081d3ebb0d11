/** Changes to a file system that are whole or absent, and that a loss of power does not undo. */
import { lstat, mkdir, open, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf } from './errors.ts';

/**
 * How often a folder may vanish under a writer before it gives up; each time another object in it was deleted.
 * Seen with 64 writers that each put and deleted in one folder, through 4 stores: twice.
 */
const PATIENCE = 100;

/**
 * Renames a file into place, over what is there, and makes missing folders. The folder is first looked for when
 * the rename fails: nearly always it is there. It may vanish again at once, when the last object in it is deleted.
 */
export async function place(file: string, target: string): Promise<void> {
  const folder = dirname(target);
  const changed = new Set([folder]);
  for (let attempt = 1; ; attempt++) {
    try {
      await rename(file, target);
      break;
    } catch (error) {
      if (attempt === PATIENCE) throw error;
      if (codeOf(error) === 'ENOENT') for (const parent of await makeFolder(folder)) changed.add(parent);
      // A crash can leave an empty folder where an object belongs.
      else if (codeOf(error) !== 'EISDIR' || !(await vanishes(target))) throw error;
    }
  }
  await Promise.all([...changed].map(syncFolder));
}

/** Makes a folder and those above it. Returns the folders that have a new entry: those to sync before one relies on it. */
export async function makeFolder(path: string): Promise<string[]> {
  const first = await mkdir(path, { recursive: true }).catch((error: unknown) => {
    // One above it was deleted meanwhile: to the caller the same as if this one had been.
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  const parents: string[] = [];
  if (first !== undefined) {
    for (let made = path; made.length >= first.length; made = dirname(made)) parents.push(dirname(made));
  }
  return parents;
}

/** Removes folders that have become empty, upwards and below `root`, then makes durable what has gone. */
export async function prune(folder: string, root: string): Promise<void> {
  let stays = folder;
  while (stays !== root && (await vanishes(stays))) stays = dirname(stays);
  await syncFolder(stays);
}

async function vanishes(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    // Anything else, nearly always ENOTEMPTY, means that it stays.
    return codeOf(error) === 'ENOENT';
  }
}

export async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    // ENOENT: deleted meanwhile, and with it what was to last. EINVAL: a network file system that cannot do it.
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'EINVAL') throw error;
  }
}

/** Removes entries of a folder that nothing has touched for so many milliseconds. As well as it can: it never throws. */
export async function sweep(folder: string, age: number): Promise<void> {
  const horizon = Date.now() - age;
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    // ctime, which a link or a rename renews: the mtime of a file that is being adopted may be years old.
    const entry = await lstat(path).catch(() => null);
    if (entry !== null && entry.ctimeMs < horizon)
      await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}
