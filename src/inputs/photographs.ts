/** The photographs in a directory that a client named. */
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DarkroomError } from '../errors.ts';
import { resolveInput } from './path-input.ts';

const PHOTOGRAPH = /^[^.].*\.(jpe?g|png|tiff?|webp|avif)$/i;

/** As people count: "2.jpg" comes before "10.jpg". */
const { compare } = new Intl.Collator('en', { numeric: true });

/**
 * Their paths, as the client could have named them one by one, in natural order of their names. Hidden files and what lies in
 * folders are passed over. Throws asset_not_found or asset_path_forbidden, also when one of them cannot be read; the messages
 * tell nothing of this machine but what the client gave, and names of photographs.
 */
export async function listPhotographs(roots: readonly string[], given: string): Promise<string[]> {
  const { path, kind } = await resolveInput(roots, given);
  if (kind !== 'directory')
    throw new DarkroomError('asset_not_found', `"${given}" is a file; a directory is wanted`);
  const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
    throw unreadable(given, error);
  });
  const names: string[] = [];
  // One after the other: of a directory with many, not all can be open at once.
  for (const entry of entries.filter(({ name }) => PHOTOGRAPH.test(name))) {
    const named = join(given, entry.name);
    // A link counts for where it leads, which may be outside.
    const isFile = entry.isSymbolicLink()
      ? (await resolveInput(roots, named)).kind === 'file'
      : entry.isFile();
    if (!isFile) continue;
    const handle = await open(join(path, entry.name)).catch((error: unknown) => {
      throw unreadable(named, error);
    });
    await handle.close();
    names.push(entry.name);
  }
  return names.sort((a, b) => compare(a, b) || (a < b ? -1 : 1)).map((name) => join(given, name));
}

const unreadable = (given: string, cause: unknown): DarkroomError =>
  new DarkroomError('asset_path_forbidden', `"${given}" may not be read by this server`, { cause });
