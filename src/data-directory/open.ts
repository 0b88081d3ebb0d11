/** Opens the data directory: makes it, keeps other users out, and checks that this version and this user can work with it. */
import { access, chmod, constants, lstat, readdir, realpath, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toConfigError } from '../lib/directory-problem.ts';
import { makeDirectory } from '../lib/make-directory.ts';
import { ConfigError } from '../lib/settings/config-error.ts';
import { findFormatProblem, writeFormat } from './format.ts';

const { R_OK, W_OK, X_OK } = constants;

/** Entries that this user must be able to use, if they exist. Those with X_OK are directories. */
const needed: readonly (readonly [name: string, mode: number])[] = [
  ['', R_OK | W_OK | X_OK],
  ['darkroom.json', R_OK],
  ['keys', R_OK | X_OK],
  ['keys/master.key', R_OK],
  ['lock', R_OK | W_OK | X_OK],
  ['store', R_OK | W_OK | X_OK],
  ['temporal.db', R_OK | W_OK],
];

/** Directories whose files users bring. */
const ofUsers = ['inputs', 'operations'];

/** Permissions of group and others. */
const OTHERS = 0o077;

/**
 * Makes the data directory, or checks an existing one, and takes its permissions from group and others. Processes may call
 * it at the same time; each calls it before it writes anything else there.
 *
 * @throws {ConfigError} When the directory cannot be made or used, or has another format.
 */
export async function openDataDirectory(dir: string): Promise<void> {
  await makeDirectory(dir, 'DARKROOM_DATA', 0o700);
  try {
    await makePrivate(dir);
    await checkAccess(dir);
    const found = await findFormatProblem(dir);
    if (found) throw new ConfigError(`${found.problem}. ${found.remedy}`);
    await writeFormat(dir);
    await ignoreInGit(dir);
  } catch (error) {
    throw toConfigError(error, dir, 'DARKROOM_DATA');
  }
}

/**
 * Checks that this user can use the directory and what darkroom keeps in it. A missing directory passes.
 *
 * @throws The error of the operating system, which names the path.
 */
export async function checkAccess(dir: string): Promise<void> {
  for (const [name, mode] of needed)
    await checkEntry(join(dir, name), mode).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
}

async function checkEntry(path: string, mode: number): Promise<void> {
  const needsDirectory = (mode & X_OK) !== 0;
  const isDirectory = (await stat(path)).isDirectory();
  const code = needsDirectory ? 'ENOTDIR' : 'EISDIR';
  if (isDirectory !== needsDirectory) throw Object.assign(new Error(code), { code, path });
  await access(path, mode);
}

/** Whether group or others have permissions on a directory; false when it is missing. */
export const isOpenToOthers = (dir: string): Promise<boolean> =>
  stat(dir).then(
    ({ mode }) => (mode & OTHERS) !== 0,
    () => false,
  );

/**
 * Takes all permissions from group and others, first on the directory, which puts everything in it out of their reach.
 * Files that users keep there, links, and what belongs to another user stay as they are.
 */
async function makePrivate(dir: string): Promise<void> {
  if (!(await isOpenToOthers(dir))) return;
  await removePermissions(await realpath(dir), (name) => !ofUsers.includes(name));
}

async function removePermissions(
  path: string,
  isOurs: (name: string) => boolean = () => true,
): Promise<void> {
  const info = await lstat(path).catch(() => null);
  if (info === null || info.isSymbolicLink()) return;
  if ((info.mode & OTHERS) !== 0) await chmod(path, info.mode & 0o7777 & ~OTHERS).catch(() => undefined);
  const names = info.isDirectory() ? await readdir(path).catch(() => []) : [];
  for (const name of names.filter(isOurs)) await removePermissions(join(path, name));
}

/** Keeps a data directory inside a clone out of `git status` and of tools that respect `.gitignore`. */
const ignoreInGit = (dir: string): Promise<void> =>
  writeFile(join(dir, '.gitignore'), '*\n', { flag: 'wx', mode: 0o600 }).catch(() => undefined);
