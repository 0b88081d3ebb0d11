/** Directories with the programs of commands. */
import { realpath } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join } from 'node:path';

/** Returns the directories of the PATH, and the one that the program really lies in: it may be a symbolic link. */
export async function findProgramFolders(program: string): Promise<string[]> {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(isAbsolute);
  const places = program.includes('/') ? [program] : folders.map((folder) => join(folder, program));
  const files = await Promise.all(places.map((place) => realpath(place).catch(() => null)));
  return [...folders, ...files.flatMap((file) => (file === null ? [] : [dirname(file)]))];
}
