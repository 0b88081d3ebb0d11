/** Reads the files of a running darkroom. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const ignoreGone =
  <T>(value: T) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT') return value;
    throw error;
  };

/** Yields all files below a directory with their bytes, without those that are deleted meanwhile. */
export async function* readTree(folder: string): AsyncIterable<{ path: string; bytes: Buffer }> {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(ignoreGone([]))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* readTree(path);
    const bytes = entry.isFile() ? await readFile(path).catch(ignoreGone(null)) : null;
    if (bytes !== null) yield { path, bytes };
  }
}
