/** The photographs in a directory that a client named. */
import type { Dirent } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { DarkroomError } from '../errors.ts';
import { resolveInput } from './path-input.ts';

const PHOTOGRAPH = /^[^.].*\.(jpe?g|png|tiff?|webp|avif|hei[cf])$/i;

/** Names that a note lists. */
const MAX_LISTED = 20;

const TAKEN = 'jpg, png, tiff, webp, avif, heic';

/** Kinds of files that a message names. */
const MAX_KINDS = 6;

/** As people count: "2.jpg" comes before "10.jpg". */
const { compare } = new Intl.Collator('en', { numeric: true });

export interface Photographs {
  /** As the client could have named them one by one, in natural order of their names. */
  readonly paths: readonly string[];
  /** Sentences about what else is in the directory. */
  readonly notes: readonly string[];
}

/**
 * Lists the photographs of a directory, by the extensions of their names. Messages and notes contain nothing of this machine
 * but what the client gave, and names in the directory.
 *
 * @throws asset_not_found or asset_path_forbidden, also when one photograph cannot be read; asset_not_found if there are no
 * photographs, with what there is instead
 */
export async function listPhotographs(roots: readonly string[], given: string): Promise<Photographs> {
  const { path, kind } = await resolveInput(roots, given);
  if (kind !== 'directory')
    throw new DarkroomError('asset_not_found', `"${given}" is a file; a directory is wanted`);
  const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
    throw unreadable(given, error);
  });
  const names: string[] = [];
  const folders: string[] = [];
  const others: string[] = [];
  // One after the other: of a directory with many, not all can be open at once.
  for (const entry of entries) {
    const { name } = entry;
    const named = join(given, name);
    const isPhotograph = PHOTOGRAPH.test(name);
    // A link counts for where it leads, which may be outside.
    const isFile =
      isPhotograph && entry.isSymbolicLink()
        ? (await resolveInput(roots, named)).kind === 'file'
        : !entry.isDirectory();
    if (!isFile) folders.push(name);
    else if (!isPhotograph) others.push(name);
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
      `"${given}" has no photographs (${TAKEN})${describe(entries)}`,
    );
  return {
    paths: inNaturalOrder(names).map((name) => join(given, name)),
    notes: [
      ...describeRest(given, 'file', others, 'only JPEG, PNG, TIFF, WebP, AVIF and HEIC files are taken'),
      ...describeRest(given, 'folder', folders, 'name each folder as an asset of its own'),
    ],
  };
}

const inNaturalOrder = (names: string[]): string[] => names.sort((a, b) => compare(a, b) || (a < b ? -1 : 1));

function describeRest(given: string, noun: string, names: string[], remedy: string): string[] {
  if (names.length === 0) return [];
  const listed = inNaturalOrder(names).slice(0, MAX_LISTED);
  const more = names.length > listed.length ? ` and ${names.length - listed.length} more` : '';
  const count = names.length === 1 ? `1 ${noun} was` : `${names.length} ${noun}s were`;
  return [`"${given}": ${count} not taken (${listed.join(', ')}${more}); ${remedy}`];
}

/** Returns the kinds of files and their numbers, as `: it has 12 .heic files, 1 directory`. */
function describe(entries: readonly Dirent[]): string {
  const counts = new Map<string, number>();
  for (const entry of entries.filter(({ name }) => !name.startsWith('.'))) {
    const extension = extname(entry.name).toLowerCase();
    const kind = entry.isDirectory() ? 'directory' : extension === '' ? 'other file' : `${extension} file`;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  if (counts.size === 0) return '; it is empty';
  const kinds = [...counts].sort(([a, one], [b, other]) => other - one || compare(a, b)).slice(0, MAX_KINDS);
  const hint = counts.has('directory') ? '; name a directory below it to take its photographs' : '';
  return `: it has ${kinds.map(([kind, count]) => `${count} ${plural(kind, count)}`).join(', ')}${hint}`;
}

const plural = (kind: string, count: number): string =>
  count === 1 ? kind : kind === 'directory' ? 'directories' : `${kind}s`;

const unreadable = (given: string, cause: unknown): DarkroomError =>
  new DarkroomError('asset_path_forbidden', `"${given}" may not be read by this server`, { cause });
