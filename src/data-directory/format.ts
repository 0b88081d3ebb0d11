/**
 * The format number of a data directory, in its file `darkroom.json`. It changes when a version can no longer read what an
 * earlier one wrote, so that no version works on a directory that it would misread.
 */
import { randomUUID } from 'node:crypto';
import { link, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '../lib/settings/config-error.ts';
import { makeDirectory } from './make-directory.ts';

/** The format that this version reads and writes. */
const FORMAT = 1;

const FILE = 'darkroom.json';

/** Directories that darkroom fills. With a file in one of them, a data directory without a format number is not a new one. */
const ownDirectories = ['keys', 'store'];

/** What an empty file system that is mounted there may hold. */
const MOUNT_ENTRY = 'lost+found';

/** Why this version cannot use a data directory, and what to do about it. */
export interface FormatProblem {
  readonly problem: string;
  readonly remedy: string;
}

/**
 * Makes the data directory, with its format number, or checks the number of an existing one. Processes may call it at the
 * same time; each calls it before it writes anything else there.
 *
 * @throws {ConfigError} When the directory cannot be made, or has another format.
 */
export async function openDataDirectory(dir: string): Promise<void> {
  await makeDirectory(dir, 'DARKROOM_DATA');
  const found = await findFormatProblem(dir);
  if (found) throw new ConfigError(`${found.problem}. ${found.remedy}`);
  if ((await readFormat(dir)) === null) await writeFormat(dir);
}

/** Returns what keeps this version from using a data directory; null when it is usable, new, or missing. */
export async function findFormatProblem(dir: string): Promise<FormatProblem | null> {
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

/** Links a complete file into place: no reader sees half of it, and the first of several processes wins. */
async function writeFormat(dir: string): Promise<void> {
  const path = join(dir, FILE);
  const fresh = `${path}.${randomUUID()}`;
  await writeFile(fresh, `${JSON.stringify({ format: FORMAT })}\n`, { flush: true });
  await link(fresh, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(fresh);
}
