/** Lists the objects below a directory without loading the whole tree. */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { compareKeys, findPartFault } from '../key.ts';
import type { ObjectInfo } from '../object-store.ts';
import { explained, isAbsence } from './errors.ts';

/** Folder of objects that are being written. No key begins with it. */
export const TEMPORARY = '.tmp';
/** Files that are inspected concurrently. */
const AHEAD = 32;

const isFolder = (name: string): boolean => name === '' || name.endsWith('/');

/** Objects below a folder (`''`, or ending in `/`) behind the key `after`, in ascending order of their keys' bytes. */
export async function* listing(root: string, folder: string, after: string): AsyncGenerator<ObjectInfo> {
  // Pending entries, the next one last: at most the siblings of the folders on the current path.
  const stack = [folder];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (isFolder(next)) {
      for (const name of await namesIn(root, next, after)) stack.push(name);
      continue;
    }
    const files = [next];
    for (
      let more = stack.at(-1);
      more !== undefined && !isFolder(more) && files.length < AHEAD;
      more = stack.at(-1)
    ) {
      files.push(more);
      stack.pop();
    }
    for (const info of await Promise.all(files.map((key) => readInfo(root, key))))
      if (info !== null) yield info;
  }
}

/** Null when there is no object, which a folder or a symbolic link is not. */
export async function readInfo(root: string, key: string): Promise<ObjectInfo | null> {
  try {
    const entry = await lstat(join(root, key));
    return entry.isFile() ? { key, size: entry.size, modified: entry.mtime } : null;
  } catch (error) {
    if (isAbsence(error)) return null;
    throw explained(error, `read ${JSON.stringify(key)}`);
  }
}

/**
 * Returns the keys and subfolders of a folder, in descending order. Omits those that end at or before `after`. A subfolder is
 * compared with its slash, as in the keys below it: `a-b` and `a.b` precede `a/b`, `a0` follows it.
 */
async function namesIn(root: string, folder: string, after: string): Promise<string[]> {
  try {
    const entries = await readdir(join(root, folder), { withFileTypes: true });
    return entries
      .filter(({ name }) => findPartFault(name) === null && !(folder === '' && name === TEMPORARY))
      .filter((entry) => entry.isFile() || entry.isDirectory())
      .map((entry) => `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`)
      .filter((name) => compareKeys(name, after) > 0 || (isFolder(name) && after.startsWith(name)))
      .sort((a, b) => compareKeys(b, a));
  } catch (error) {
    if (isAbsence(error)) return [];
    throw explained(error, `list ${JSON.stringify(folder)}`);
  }
}
