/** The photographs in a directory that a client named. */
import type { Dirent } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { DarkroomError } from '../errors.ts';
import { resolveInput } from './path-input.ts';

const PHOTOGRAPH = /^[^.].*\.(jpe?g|png|tiff?|webp|avif|hei[cf])$/i;

/** Maximum number of names in a note. */
const MAX_LISTED = 20;

/** Maximum number of kinds of files in an error message. */
const MAX_KINDS = 6;

/** Natural order: "2.jpg" comes before "10.jpg". */
const { compare } = new Intl.Collator('en', { numeric: true });

export interface Photographs {
  /** Below `given`, in natural order. */
  readonly paths: readonly string[];
  /** Sentences that list the skipped files and directories. */
  readonly notes: readonly string[];
}

/**
 * Lists the photographs of a directory that a client named, by file extension. Messages and notes reveal no other paths.
 *
 * @throws asset_not_found if there are no photographs; the message lists what is there instead
 * @throws asset_path_forbidden if the directory or a photograph cannot be read
 */
export async function listPhotographs(roots: readonly string[], given: string): Promise<Photographs> {
  const { path, kind } = await resolveInput(roots, given);
  if (kind !== 'directory')
    throw new DarkroomError('asset_not_found', `"${given}" is a file, not a directory`);
  const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
    throw unreadable(given, error);
  });
  const names: string[] = [];
  const directories: string[] = [];
  const others: string[] = [];
  // One at a time: a large directory has more files than a process may open.
  for (const entry of entries) {
    const { name } = entry;
    const named = join(given, name);
    const isPhotograph = PHOTOGRAPH.test(name);
    // A link counts as its target, which must be below a root, too.
    const isFile =
      isPhotograph && entry.isSymbolicLink()
        ? (await resolveInput(roots, named)).kind === 'file'
        : !entry.isDirectory();
    if (!isFile) directories.push(name);
    // Opening a pipe would wait for its writer.
    else if (!isPhotograph || !(entry.isFile() || entry.isSymbolicLink())) others.push(name);
    else {
      const handle = await open(join(path, name)).catch((error: unknown) => {
        throw unreadable(named, error);
      });
      await handle.close();
      names.push(name);
    }
  }
  if (names.length === 0)
    throw new DarkroomError(
      'asset_not_found',
      `"${given}" has no photographs (jpg, png, tiff, webp, avif, heic)${describe(entries)}`,
    );
  return {
    paths: inNaturalOrder(names).map((name) => join(given, name)),
    notes: [
      ...describeSkipped(given, 'file', others, 'only JPEG, PNG, TIFF, WebP, AVIF and HEIC files are used'),
      ...describeSkipped(given, 'directory', directories, 'name each directory as an asset of its own'),
    ],
  };
}

const inNaturalOrder = (names: string[]): string[] => names.sort((a, b) => compare(a, b) || (a < b ? -1 : 1));

function describeSkipped(given: string, noun: string, names: string[], remedy: string): string[] {
  if (names.length === 0) return [];
  const listed = inNaturalOrder(names).slice(0, MAX_LISTED);
  const more = names.length > listed.length ? ` and ${names.length - listed.length} more` : '';
  const count = `${names.length} ${plural(noun, names.length)} ${names.length === 1 ? 'was' : 'were'}`;
  return [`"${given}": ${count} skipped (${listed.join(', ')}${more}); ${remedy}`];
}

/** Returns the kinds of files with their numbers, such as `: it has 12 .heic files, 1 directory`. */
function describe(entries: readonly Dirent[]): string {
  const counts = new Map<string, number>();
  for (const entry of entries.filter(({ name }) => !name.startsWith('.'))) {
    const extension = extname(entry.name).toLowerCase();
    const kind = entry.isDirectory() ? 'directory' : extension === '' ? 'other file' : `${extension} file`;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  if (counts.size === 0) return '; it is empty';
  const kinds = [...counts].sort(([a, one], [b, other]) => other - one || compare(a, b)).slice(0, MAX_KINDS);
  const hint = counts.has('directory') ? '; to use the photographs of a subdirectory, name it' : '';
  return `: it has ${kinds.map(([kind, count]) => `${count} ${plural(kind, count)}`).join(', ')}${hint}`;
}

const plural = (noun: string, count: number): string =>
  count === 1 ? noun : noun === 'directory' ? 'directories' : `${noun}s`;

const unreadable = (given: string, cause: unknown): DarkroomError =>
  new DarkroomError('asset_path_forbidden', `This server cannot read "${given}"`, { cause });
