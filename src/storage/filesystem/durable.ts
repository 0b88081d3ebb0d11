/** Atomic and durable changes to a file system. */
import { lstat, open, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeDirectories } from '../../lib/make-directories.ts';
import { codeOf } from './errors.ts';

/**
 * Attempts of a rename. Each fails because the folder was removed with the last object in it. With 64 writers that put and
 * delete in one folder, through 4 stores, two attempts were seen.
 */
const MAX_ATTEMPTS = 100;

/**
 * Renames a file, replaces an existing one, and makes missing folders. It makes the folder only after the rename has failed,
 * because it nearly always exists. A concurrent deletion of the last object in it may remove it again.
 */
export async function place(file: string, target: string): Promise<void> {
  const folder = dirname(target);
  const changed = new Set([folder]);
  for (let attempt = 1; ; attempt++) {
    try {
      await rename(file, target);
      break;
    } catch (error) {
      if (attempt === MAX_ATTEMPTS) throw error;
      if (codeOf(error) === 'ENOENT') for (const parent of await makeFolder(folder)) changed.add(parent);
      // A crash can leave an empty folder where an object belongs.
      else if (codeOf(error) !== 'EISDIR' || !(await vanishes(target))) throw error;
    }
  }
  await Promise.all([...changed].map(syncFolder));
}

/** Makes a folder and its parents. Returns the folders with new entries, which must be synced. */
export async function makeFolder(path: string): Promise<string[]> {
  const made = await makeDirectories(path).catch((error: unknown) => {
    // A parent was removed meanwhile. The caller tries again.
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
  return made.map((folder) => dirname(folder));
}

/** Removes empty folders upwards, below `root`, and syncs the removal. */
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
    // Any other error, nearly always ENOTEMPTY, means that the folder stays.
    return codeOf(error) === 'ENOENT';
  }
}

/** Syncs that have begun, and those that wait for them, by folder. */
const syncs = new Map<string, Promise<void>>();
const nextSyncs = new Map<string, Promise<void>>();

/**
 * Makes the entries of a folder durable. Callers that come while a sync runs share the next one, since it begins after
 * their changes.
 */
export function syncFolder(path: string): Promise<void> {
  const shared = nextSyncs.get(path);
  if (shared) return shared;
  const next = (async () => {
    await syncs.get(path)?.catch(() => undefined);
    nextSyncs.delete(path);
    const sync = syncNow(path).finally(() => {
      if (syncs.get(path) === sync) syncs.delete(path);
    });
    syncs.set(path, sync);
    return sync;
  })();
  nextSyncs.set(path, next);
  return next;
}

async function syncNow(path: string): Promise<void> {
  try {
    const folder = await open(path);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    // ENOENT: the folder was deleted meanwhile. EINVAL: a network file system without sync.
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'EINVAL') throw error;
  }
}

/** Removes entries of a folder that are older than `age` milliseconds. Never throws. */
export async function sweep(folder: string, age: number): Promise<void> {
  const horizon = Date.now() - age;
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    // ctime changes with a link or a rename. The mtime of a file that is being adopted may be years old.
    const entry = await lstat(path).catch(() => null);
    if (entry !== null && entry.ctimeMs < horizon)
      await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}
