/** Creates directories with their parents. */
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Creates a directory and its missing parents, one by one. `mkdir` with `recursive` of Node 20 never returns where a file
 * system reports that the parent of a directory is missing although it exists, as `/proc` does.
 *
 * @param path - Absolute.
 * @returns the directories that it created, outermost first
 * @throws The error of the system, such as EACCES, ENOENT or ENOTDIR
 */
export async function makeDirectories(path: string, mode = 0o777): Promise<string[]> {
  const missing: string[] = [];
  for (let place = path; !(await isDirectory(place)); place = dirname(place)) missing.push(place);
  const created: string[] = [];
  for (const place of missing.reverse())
    try {
      await mkdir(place, { mode });
      created.push(place);
    } catch (error) {
      // Another process may have created it meanwhile.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !(await isDirectory(place))) throw error;
    }
  return created;
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    const info = await stat(path);
    if (info.isDirectory()) return true;
    throw Object.assign(new Error(`${path} is not a directory`), { code: 'ENOTDIR' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && dirname(path) !== path) return false;
    throw error;
  }
}
