/**
 * The format number of a data directory, in its file `darkroom.json`. It changes when a version can no longer read what an
 * earlier one wrote, so that no version works on a directory that it would misread.
 */
import { randomUUID } from 'node:crypto';
import { link, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DirectoryProblem } from '../lib/directory-problem.ts';

/** The format that this version reads and writes. */
const FORMAT = 1;

const FILE = 'darkroom.json';

/** Directories that darkroom fills. With a file in one of them, a data directory without a format number is not a new one. */
const ownDirectories = ['keys', 'store'];

/** The only entry of an empty file system that is mounted there. */
const MOUNT_ENTRY = 'lost+found';

/** Returns what keeps this version from using a data directory; null when it is usable, new, or missing. */
export async function findFormatProblem(dir: string): Promise<DirectoryProblem | null> {
  const isOlder = (await readFormat(dir)) === null && (await hasOwnEntries(dir));
  // Read after the entries: a process that makes the directory at this moment writes the number first.
  const format = await readFormat(dir);
  if (format === FORMAT || (format === null && !isOlder)) return null;
  return {
    problem: `The data directory ${dir} has ${format === null ? 'no format number' : `format ${format}`}; this version of darkroom needs format ${FORMAT}`,
    remedy: 'Run the version of darkroom that made it, or set DARKROOM_DATA to a new directory',
  };
}

/** Null without a number; the text of the file when it holds anything else. */
async function readFormat(dir: string): Promise<unknown> {
  const text = await readFile(join(dir, FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw error;
  });
  if (text === null) return null;
  try {
    return (JSON.parse(text) as { format?: unknown }).format ?? text;
  } catch {
    return text;
  }
}

async function hasOwnEntries(dir: string): Promise<boolean> {
  const listings = ownDirectories.map((name) => readdir(join(dir, name)).catch((): string[] => []));
  return (await Promise.all(listings)).flat().some((name) => name !== MOUNT_ENTRY);
}

/**
 * Writes the number unless there is one. Links a complete file into place: no reader sees half of it, and the first of
 * several processes wins.
 */
export async function writeFormat(dir: string): Promise<void> {
  if ((await readFormat(dir)) !== null) return;
  const path = join(dir, FILE);
  const fresh = `${path}.${randomUUID()}`;
  try {
    await writeFile(fresh, `${JSON.stringify({ format: FORMAT })}\n`, { flush: true, mode: 0o600 });
    await link(fresh, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(fresh, { force: true });
  }
}
